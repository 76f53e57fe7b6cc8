"""Detect small talk, which asks nothing about the articles: thanks, hello, go on."""

from __future__ import annotations

import re

_JUDGED = (
    r"great|good|nice|cool|fine|perfect|excellent|lovely|brilliant|awesome|amazing|wonderful|fantastic|impressive|helpful"
    r"|useful|interesting|fascinating|clear|right|true|sad|bad|terrible|awful|horrible|shocking|funny|strange|odd"
    r"|surprising|unfortunate|a (?:shame|pity)"
)
_DEGREE = r"(?:(?:very|really|so|quite|pretty|rather) )?"
# Patterns of small talk with the reply to each; where a message matches several, the first one counts.
_REPLIES = {
    r"no|nope|not really|no,? thank(?:s| you)": "All right. Ask about something else whenever you like.",
    r"(?:good)?bye(?: bye)?|see you(?: later| soon)?|good night|have a (?:good|nice) (?:day|evening|weekend|one)"
    r"|(?:that|it)(?:[’']?s| is| was| will be|[’']ll be) (?:all|it|enough|everything)(?: for (?:now|today))?"
    r"|all (?:i|we) (?:need(?:ed)?|want(?:ed)?)(?: to know)?|i(?:[’']m| am) done": "Goodbye.",
    r"(?:many )?(?:thanks|thank you)(?: (?:so|very) much| a (?:lot|bunch|million)| again| anyway)?"
    r"(?: for (?:that|this|it|(?:the|your|all the) (?:help|answers?|information|info|quick answer)|helping(?: me)?))?"
    r"|thx|ty|cheers|ta|(?:that is |it is )?(?:much|really) appreciated|i (?:really )?appreciate (?:it|that|this)"
    rf"|you(?:[’']ve| have) been {_DEGREE}(?:{_JUDGED}|kind)|you(?:[’']re| are) {_DEGREE}(?:{_JUDGED}|kind)": (
        "You are welcome. Ask more if you like."
    ),
    r"(?:hello|hi|hey|good (?:morning|afternoon|evening|day))(?: (?:there|again|all))?": (
        "Hello. Ask about the articles."
    ),
    r"help(?: me)?|(?:who|what) are you|what (?:can|do) you do|how (?:can|could|do) you (?:help(?: me)?|work)"
    r"|how are you|are you (?:an? )?(?:robot|bot|human(?: being)?|real(?: person)?|ai|person|machine|computer)": (
        "This service answers questions about the articles in its archive, and cites the words that support its"
        " answers. Ask what happened, who said something, or when."
    ),
    rf"yes|yeah|yep|sure|of course|exactly|indeed|ok(?:ay)?|al(?: ?l) ?right|alright|got (?:it|that)|i see"
    rf"|understood|noted|wow|oh dear|good to know|(?:that )?makes sense|fair enough|hm+|ah|oh|sorry|never ?mind|well"
    rf"|no (?:worries|problem)|well done|(?:that|it|this) (?:really )?help(?:s|ed)(?: a lot| me)?"
    rf"|(?:(?:that|it|this)(?:[’']?s| is| was) )?{_DEGREE}(?:{_JUDGED})(?: (?:one|stuff|job|work|answer))?"
    r"|how (?:awful|sad|terrible|horrible|strange|odd|lovely|nice|interesting|funny)"
    r"|what a (?:shame|pity|story|mess)": ("Ask more, or about something else."),
}
_SMALL = re.compile(rf"(?:(?:and |so |but )?(?:{'|'.join(_REPLIES)})(?:[\s,.!?;:-]+|$))+", re.IGNORECASE)
_FIRST = [(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), reply) for pattern, reply in _REPLIES.items()]
_LONGEST = 80  # characters of small talk
_GO_ON = re.compile(
    r"(?:(?:yes|yeah|yep|sure|ok(?:ay)?|please|great|and|so|well)[\s,]+)*(?:please )?(?:do )?"
    r"(?:go on|continue|carry on|keep going|(?:tell|show|give) me (?:some )?more(?: details?)?|more(?: details?"
    r"| please)?|say more"
    r"|(?:(?:can|could) (?:you|i) (?:tell me|say|give me|get|have) )?(?:any|some|with) (?:more"
    r"|further)(?: (?:details?|information))?"
    r"|(?:(?:is|was) there |any ?thing |what )else(?: (?:happened|is known|do we know))?|and then|elaborate|go ahead"
    r"|(?:and )?what happened (?:next|then|after(?:wards| that)?)|anything more|more (?:about|on) (?:that|this"
    r"|it)|expand on that)"
    r"(?:\s+(?:about (?:it|that|this)|on (?:it|that|this)|please|then))?"
    r"|(?:yes|yeah|yep|sure)[\s,]+(?:please|do|go ahead)|please",
    re.IGNORECASE,
)


def reply_to(text: str) -> str | None:
    """The reply to small talk; None where the text may be a question."""
    bare = text.strip(" ?!.,;:-—")
    if len(bare) > _LONGEST or not _SMALL.fullmatch(bare):
        return None
    return next(reply for pattern, reply in _FIRST if pattern.search(bare))


def asks_for_more(text: str) -> bool:
    """Whether a text asks for more of the last answer: "go on", "tell me more", "yes"."""
    return _GO_ON.fullmatch(text.strip(" ?!.,;:-—")) is not None
