"""An invented story, and reports that follow one form."""

from __future__ import annotations

from ingest.base.article import Article, Published

PARAGRAPHS = (
    "The harbour council of Saltreath voted on Monday to close the fish market for 14 months while its roof of 1,900 "
    "tonnes of slate is taken down, a sum of 3.2 million crowns having been found after two years of argument.",
    "Market traders, 61 of whom rent a stall there, will move to a warehouse on the north quay in September, council "
    "leader Orla Dent said after a meeting that lasted until midnight.",
    "“Nobody wants to gut herring under a tarpaulin, and nobody will have to,” Dent told reporters on the steps of the "
    "council house.",
    "The traders' guild, which had asked for compensation of 400 crowns a month for each stall, said it would decide "
    "on Friday whether to accept the move or to go to court, as it did when the ice house was pulled down.",
    "Surveyors found cracks in nine of the market's 22 columns last winter, and the council has paid a watchman since "
    "then to listen for falling slates.",
    "The building was put up by Bertil Askwin, who also drew the lighthouse on Kittern, and is the oldest covered "
    "market on the island.",
)
STORY = "\n\n".join(PARAGRAPHS)
OTHER = (
    "A choir of lighthouse keepers sang on the quay of Port Hallam on Saturday to mark the end of a summer in which no "
    "ship was lost, and a crowd that the harbour master put at several hundred stayed until the tide came in.\n\n"
    "The keepers had practised by radio, one verse a night, since none of them may leave a lamp alone, and met for the "
    "first time an hour before they sang, their conductor said."
)


def article(identity: str, text: str = STORY, day: str | None = "2025-06-02T09:00", **facts: object) -> Article:
    published = Published.parse(day) if day else None
    return Article(identity=identity, headline="Market to close", text=text, published=published, **facts)  # type: ignore[arg-type]


def auction(company: str, tonnes: str, price: str, last: str, share: str) -> str:
    """A report of a form that is filled in for each day and company."""
    return (
        f"{company} said it bought {tonnes} tonnes of herring at the morning auction in Ulverne, paying an average of "
        f"{price} crowns a crate, compared with {last} crowns at the previous auction. The company took {share} "
        "percent of the fish that was offered, it said in its regular report to the exchange, and expects prices to "
        "hold while the weather keeps the smaller boats in port."
    )
