"""What people say in a chat that asks nothing: thanks, hello, go on."""

from __future__ import annotations

import re

_ASK_ON = "Ask on, or about something else."
_REPLIES = {
    r"(?:many )?thanks?(?: you)?(?: (?:so|very) much| a lot)?|thx|cheers|ta": "You are welcome. Ask on.",
    r"(?:hello|hi|hey|good (?:morning|afternoon|evening|day))(?: there)?": "Hello. Ask about the articles.",
    r"yes|yeah|yep|sure|ok(?:ay)?|great|good|nice|cool|right|fine|got it|i see|interesting|wow|perfect|understood"
    r"|alright|all right|excellent|lovely|good to know|makes sense|hm+|ah|oh|sorry|never ?mind|well": _ASK_ON,
    r"bye|goodbye|see you|good night|that(?:[’']s| is| was| will be) all|i(?:[’']m| am) done": "Goodbye.",
    r"no(?: thanks?(?: you)?)?|nope|not really": "All right. Ask about something else whenever you like.",
}
_FILLERS = r"(?:ok(?:ay)?|oh|ah|yes|no|great|well|right|hm+|that(?:[’']s| is) (?:great|good|interesting|all))"
_SMALL = [
    (
        re.compile(
            rf"(?:{_FILLERS}[\s,.!-]+)*(?:{pattern})(?:[\s,.!-]+(?:{_FILLERS}|thanks?(?: you)?))*", re.IGNORECASE
        ),
        reply,
    )
    for pattern, reply in _REPLIES.items()
]
_GO_ON = re.compile(
    r"(?:(?:yes|yeah|yep|sure|ok(?:ay)?|please|great|and|so|well)[\s,]+)*(?:please )?(?:do )?"
    r"(?:go on|continue|carry on|keep going|(?:tell|show|give) me (?:some )?more(?: details?)?|more(?: details?"
    r"| please)?|say more"
    r"|(?:(?:can|could) (?:you|i) (?:tell me|say|give me|get|have) )?(?:any|some|with) (?:more"
    r"|further) (?:details?|information)"
    r"|(?:(?:is|was) there |any ?thing |what )else(?: (?:happened|is known|do we know))?|and then|elaborate|go ahead"
    r"|(?:and )?what happened (?:next|then|after(?:wards| that)?)|anything more|more (?:about|on) (?:that|this"
    r"|it)|expand on that)"
    r"(?:\s+(?:about (?:it|that|this)|on (?:it|that|this)|please|then))?"
    r"|(?:yes|yeah|yep|sure)[\s,]+(?:please|do|go ahead)|please",
    re.IGNORECASE,
)


def reply_to(text: str) -> str | None:
    """What to say to words that ask nothing; None where they may be a question."""
    bare = text.strip(" ?!.,;:-—")
    return next((reply for pattern, reply in _SMALL if pattern.fullmatch(bare)), None)


def goes_on(text: str) -> bool:
    """Whether it asks for more of what was told: "go on", "tell me more", "yes"."""
    return _GO_ON.fullmatch(text.strip(" ?!.,;:-—")) is not None
