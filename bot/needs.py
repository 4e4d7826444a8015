"""The kinds of fact a question may need, how the question asks for them and how a sentence holds them. Knows no policy."""

from __future__ import annotations

import re

_HOW_LONG = r"\bhow (?:long|soon|fast|quickly|many (?:days|weeks|months|years|hours))\b|\bdeadline\b|\bhow much time\b|\b(?:retention|time) (?:period|limit|frame)\b|\bwithin how\b|\btime ?frame\b"
_TIME = (
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|thirty|sixty|ninety|few|several)[ -](?:business |calendar |working )?(?:minutes?|hours?|days?|weeks?|months?|years?)\b"
    r"|\bas long as\b|\buntil\b|\bimmediately\b|\bindefinitely\b|\bno longer\b|\bforever\b|\bpromptly\b|\bonce (?:you|the|your|we)\b|\bsession\b|\bpermanently\b|\bwhile (?:you|your)\b"
)
_KEEPS = r"\b(?:keep\w*|kept|stor(?:e[sd]?|ing)|retain\w*|retention|hang(?:s|ing)? on|h[eo]ld\w*|sav(?:e[sd]?|ing)|delet\w*|eras\w*|remov\w*|wip\w*|overwrit\w*|purg\w*|destroy\w*|anonymi[sz]\w*|expir\w*)\b"
_ANSWERING = r"\b(?:(?:got|have|has|get|gets)\b.{0,12}\bto (?:actually |really )?(?:do|delete|erase|remove|answer|reply|respond|comply|act)|answer|respond|reply|get back|react|act on|(?:process|handle) (?:\w+ ){0,3}requests?)\b"
_WE_ANSWER = r"\b(?:we|will|to|may|must|can|shall) (?:\w+ ){0,2}(?:answer|respond|reply|get back|act on|comply|confirm)\b|\b(?:process|handle|complete|fulfil)\w* (?:\w+ ){0,3}requests?\b"
_REPLIES = r"\b(?:answer\w*|respon[ds]\w*|repl(?:y|ies|ied)|get(?:s|ting)? back|gets? to|confirm\w*|process\w*|handl\w*|compl(?:y|ies|ete\w*)|act(?:s|ed)? on|requests?)\b"

# Kind of fact -> (the question asks for it, a sentence holds it).
NEEDS: dict[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    name: (re.compile(asked, re.IGNORECASE), re.compile(held, re.IGNORECASE))
    for name, asked, held in (
        (
            "duration",
            _HOW_LONG,
            _TIME,
        ),
        (
            # How long something is kept is not told by the time in which a company answers.
            "time of keeping",
            rf"(?s)^(?=.*(?:{_HOW_LONG}))(?=.*\b(?:keep|keeps|kept|stored?|retain(?:ed)?|hang|hold|held|saved?|sits? on|sitting on)\b)(?!.*{_ANSWERING})",
            rf"(?s)^(?:(?=.*{_KEEPS})|(?!.*{_WE_ANSWER}))",
        ),
        (
            # And the time in which a company answers is not told by how long something is kept.
            "time of answering",
            rf"(?s)^(?=.*(?:{_HOW_LONG}))(?=.*{_ANSWERING})",
            _REPLIES,
        ),
        (
            "moment",
            r"\bwhen (?:do|does|will|would|is|are)\b.{0,60}\b(?:expires?|expired|deleted?|erased?|removed?|wiped?|gone|destroyed|purged?|runs? out)\b",
            rf"{_TIME}|\b(?:when|after|upon|as soon as|on request|at the end|expires?|every|automatically|days?|months?|years?)\b",
        ),
        (
            "hours",
            r"\b(?:what|which) (?:hours?|times?|days?)\b.{0,60}\b(?:open|line|phone|call|staffed|available|reach)\b|\b(?:opening|business|office) hours\b|\bopen (?:on|at|late)\b|\b24/7\b",
            r"\b(?:monday|friday|weekdays?|a\.?m\.?|p\.?m\.?|o'clock|\d{1,2}:\d{2}|24/7|24 hours|business hours)\b",
        ),
        (
            "place",
            r"\b(?:what|which) (?:countr(?:y|ies)|states?(?!['’]?s? (?:laws?|courts?))|cit(?:y|ies)|regions?|continents?)\b|\bwhere\b.{0,50}\b(?:stored?|kept|held|hosted|servers?|located|live|sits?|processed|based|physically)\b|\bservers? (?:located|based)\b",
            r"\b(?:countr(?:y|ies)|United (?:States|Kingdom)|U\.S\.|USA|EU|EEA|Europe\w*|Ireland|Germany|Japan|Canada|China|India|Singapore|Australia|Brazil|Mexico|Korea|France|Spain|Italy|Netherlands|Switzerland|Britain|England|California|Delaware|Texas|New York|Virginia|states|located|overseas|abroad|jurisdictions?|data cent(?:er|re)s?|hosted)\b",
        ),
        (
            # Where data are kept is not told by where the company has its shops.
            "place of keeping",
            r"(?s)^(?=.*\b(?:what|which|where)\b)(?=.*\b(?:servers?|hosted|data cent(?:er|re)s?|physically)\b)",
            r"\b(?:stor\w+|servers?|host\w*|kept|held|process\w*|transfer\w*|data cent\w+|backups?|maintain\w*|sent|goes|receiv\w*|operat\w*)\b",
        ),
        (
            "price",
            r"\bhow much\b.{0,40}\b(?:cost|charge|pay|fee|price)\b|\b(?:fee|cost|(?<!in )charge(?! of)|price|free of charge|for free)\b|\b(?:charge|cost|bill) (?:me|us|people|anything|extra|money)\b|\bpay (?:anything|extra|money)\b",
            r"[$€£]\s?\d|\b(?:fees?|free|charges?|cost|price|payment|pay)\b",
        ),
        (
            "amount",
            r"\bhow much\b.{0,40}\b(?:costs?|charged?|pay|fee|price|money)\b|\b(?:fee|price|cost|charge)\b.{0,30}\bin (?:dollars|euros|pounds|money)\b|\bhow many (?:dollars|euros|pounds)\b",
            r"[$€£]\s?\d|\d+ ?(?:dollars|euros|pounds|cents|USD|EUR|GBP)\b|\b(?:free|no (?:charge|fee|cost|extra|additional)|without (?:charge|cost|fee|paying)|nothing)\b",
        ),
        (
            "link",
            r"\b(?:url|web ?address|hyperlink)\b|\b(?:what(?:['’]?s| is)?|give me|send me|got|need|where(?:['’]?s| is)?|post|paste|which|exact|full|direct)\b[^.?!]{0,30}\blink\b",
            r"https?://|\bwww\.|\b[\w-]+\.(?:com|org|net|app|gov|eu|co\.uk)\b",
        ),
        (
            "count",
            r"\bhow many\b(?! (?:days|weeks|months|years|hours))|\bwhat percentage\b",
            r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundreds?|thousands?)\b",
        ),
        (
            "age",
            r"\bhow old (?:do|must|should) (?:i|you|we|they|kids|someone|a)\b|\b(?:minimum|what) age\b",
            r"\b(?:under|over|age|aged|older|younger|years)\b.{0,20}\d|\d+\s+years|\b1[0-9]\b|\bminors?\b|\bunder (?:thirteen|sixteen|eighteen)\b",
        ),
        (
            "date",
            r"\b(?:what|which) (?:day|date|year|month)\b|\bwhen (?:was|did|were|has|have)\b.{0,60}\b(?:updat\w*|chang\w*|creat\w*|written|revis\w*|publish\w*|effect\w*|start\w*|made|touch\w*|issued|posted)\b|\bhow (?:old|recent|current) (?:is|are)\b|\blast (?:updated?|changed|revised|touch(?:ed)?)\b",
            r"\b\d{4}\b",
        ),
        (
            "method",
            r"\b(?:what are|give me|list|tell me) the (?:exact )?(?:steps|procedure|instructions)\b|\bstep[- ]by[- ]step\b|\bwhat (?:steps|procedure)\b",
            r"\b(?:by|via|click\w*|call|e-?mail\w*|contact\w*|visit\w*|settings|using|select\w*|browser|form|link|unsubscribe|delete|log ?in|write)\b",
        ),
        (
            "person",
            r"\bwho (?:is|'?s) (?:your|the|their)\b.{0,40}\b(?:officer|dpo|ceo|head|director|manager|person in charge)\b|\bname of\b.{0,40}\b(?:officer|dpo|person|manager|ceo)\b",
            r"\b(?:officer|DPO|representative|Mr\.?|Ms\.?|Mrs\.?)\b",
        ),
    )
}
