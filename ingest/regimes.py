"""The laws a policy speaks of, each with the sentence that first does."""

from __future__ import annotations

import re

from ingest.outline import Outline
from ingest.statements import Named, first_statements
from vectorstore.policy import Statement

PEOPLE = r"(?:residents?|users?|individuals?|persons?|people|visitors?|customers?|consumers?|citizens?|data subjects?|rights?|privacy|law|representative|legal bas[ie]s|lawful|supervisory|data protection|transfer\w*|controller|outside|located|located in|live|reside|adequa\w+|standard contractual)"
STATES = r"(?:Virginia|Colorado|Connecticut|Utah|Texas|Oregon|Montana|Nevada|Delaware|Florida|Iowa|Tennessee|Indiana|Maryland|Minnesota|New Jersey|New Hampshire|Kentucky|Rhode Island|Nebraska|Washington)"
EUROPE = r"(?:\bEEA\b|\bE\.?U\.?(?![\w.])|European (?:Union|Economic Area)|\bEurope\b|\bmember states\b)"
BRITAIN = r"(?:\bU\.?K\.?(?![\w.])|United Kingdom|Great Britain)"


def _near(place: str, words: str = PEOPLE) -> str:
    """Return a pattern for a place and words about people or their rights within a sentence's reach of each other."""
    return rf"{place}[^.;]{{0,120}}\b{words}\b|\b{words}\b[^.;]{{0,120}}{place}"


# Directive 95/46/EC is the forerunner of the GDPR. OTHER holds laws a policy names that have no name of their own here: privacy laws of
# other countries, and laws on spam, schools, banks and computers. A bare "applicable law" names none.
REGIMES: tuple[Named, ...] = (
    Named(
        "CCPA",
        r"\b(?i:california)[- ](?i:specific|consumer) (?i:disclosures?|privacy|rights|notice)\b|\bCalifornia (?:privacy )?law (?:requires|gives|grants|provides|allows|permits)\b|\bCCPA\b|\bCPRA\b|California Consumer Privacy Act|California Privacy Rights Act|\bCalifornia [Pp]rivacy (?:[Rr]ights|[Ll]aw|[Nn]otice)\b|\bCal(?:\.|ifornia) Civ(?:\.|il) Code (?:§+|sections?|sec\.)? ?1798\.1(?!\d)|\bCalifornia (?:residents?|consumers?)\b[^.;]{0,160}\brights? (?:to|under)\b|\brights? of California residents\b",
    ),
    Named("SHINE_THE_LIGHT", r"[Ss]hine [Tt]he [Ll]ight|SHINE THE LIGHT|\b1798\.83\b"),
    Named(
        "US_STATES",
        rf"\b(?:VCDPA|CTDPA|UCPA|TDPSA|OCPA|MCDPA|ICDPA|NJDPA|FDBR|MHMDA)\b|\bCPA\b(?=[^.;]{{0,80}}\b(?:Colorado|VCDPA|CTDPA))|\b(?:Virginia|Colorado|Connecticut|Utah|Texas|Oregon|Montana|Delaware|Iowa|Tennessee|Indiana|Nebraska|Minnesota|Maryland|New Jersey|New Hampshire|Kentucky|Florida) (?:Consumer )?(?:Data )?(?:Privacy|Protection|Digital Bill|Consumer)\b|Washington My Health|\b(?:Nevada (?:SB|Senate Bill) ?220|SB ?220|NRS (?:Chapter )?603A)\b|\b{STATES} (?:residents?|consumers?|law)\b|\bresidents? of {STATES}\b|\b(?:other |certain |some |various |applicable )?(?:US|U\.S\.) state(?:s['’]?)?(?:[- ]specific)? (?:privacy|laws?|users?|residents?|rights|data)\b|\bstate privacy (?:laws?|rights)\b|\b[Ss]tate[- ][Ss]pecific [Pp]rivacy\b|\bcertain (?:U\.?S\.? )?states\b[^.;]{{0,60}}\b(?:rights?|privacy|residents?)\b|\bresidents of (?:certain|some|other) (?:U\.?S\.? )?states\b",
    ),
    Named(
        "GDPR",
        rf"\bGDPR\b|General Data Protection Regulation|\b2016/679\b|\b95/46(?:/EC)?\b|European Data Protection Directive|{_near(EUROPE)}",
    ),
    Named(
        "UK_GDPR",
        rf"\bUK[- ]GDPR\b|\bUK General Data Protection|Data Protection Act (?:2018|1998)|Information Commissioner['’]s Office|{_near(BRITAIN)}",
    ),
    Named(
        "SWISS",
        r"\b(?:FADP|nFADP|revFADP|FDPIC)\b|Swiss Federal (?:Act|Data)|Swiss[- ](?:U\.?S\.?|US)|\bSwiss (?:law|residents?|users?|data|citizens?|individuals?)\b|\bSwitzerland\b[^.;]{0,100}\b(?:data protection|rights?|residents?|users?|transfer\w*|law)\b|\b(?:rights?|residents?|users?|transfer\w*|live|located|reside)\b[^.;]{0,100}\bSwitzerland\b",
    ),
    Named(
        "LGPD",
        r"\bLGPD\b|Lei Geral de Prote[çc][ãa]o|Brazil(?:ian)? General Data Protection|\bBrazilian (?:data protection|law|residents?|users?)\b|\b(?:users?|residents?|individuals?) (?:located )?(?:in|of) Brazil\b",
    ),
    Named(
        "PIPEDA",
        r"\bPIPEDA\b|Personal Information Protection and Electronic Documents|\bCanad(?:a|ian) (?:privacy|residents?|users?|law|users?|federal)\b|\b(?:users?|residents?|individuals?|visitors?) (?:located )?(?:in|of) Canada\b|\bCanadian Privacy\b",
    ),
    Named("COPPA", r"\bCOPPA\b|Children['’]?s['’]? Online (?:Privacy|Protection)"),
    Named("HIPAA", r"\bHIPAA\b|Health Insurance Portability and Accountability"),
    Named(
        "PRIVACY_SHIELD",
        r"Privacy Shield|\bSafe Harbor (?:Framework|Principles?|Privacy|program|agreement|List|cert\w+|Arrangement|on|Policy)\b|\bU\.?S\.?[- –]+(?:EU|E\.U\.|Swiss)[- ]Safe Harbor|\bEU[- –]U\.?S\.? Safe Harbor|\bparticipa\w+ in the Safe Harbor|\bSafe Harbor\b(?=[^.;]{0,80}Department of Commerce)|Data Privacy Framework|\bDPF\b",
    ),
    Named(
        "KOREA",
        r"\bPIPA\b|Personal Information Protection Act(?=[^.;]{0,60}Korea)|\bKorea(?:n)? (?:privacy|residents?|users?|law|Personal)\b|\b(?:users?|residents?|individuals?) (?:located )?(?:in|of) (?:the )?(?:South |Republic of )?Korea\b",
    ),
    Named(
        "AUSTRALIA",
        r"\bAustralian (?:Privacy|residents?|users?|law|consumers?)\b|Privacy Act 1988|\bOAIC\b|\b(?:users?|residents?|individuals?) (?:located )?(?:in|of) Australia\b",
    ),
    Named(
        "OTHER",
        r"\bPOPIA\b|Protection of Personal Information Act|\bAPPI\b|Act on (?:the )?Protection of Personal Information|\bPIPL\b|\bPDPA\b|Personal Data Protection Act|\bDPDPA?\b|Digital Personal Data Protection|\bNew Zealand Privacy Act|Privacy Act (?:of 1974|2020|1993)|\bthe Privacy Act\b|\bGLBA\b|Gramm[- ]Leach|\bFERPA\b|Family Educational Rights|\bCAN[- ]?SPAM\b|\bCASL\b|Anti[- ]?Spam (?:Law|Legislation)|\bFCRA\b|Fair Credit Reporting|\bTCPA\b|Telephone Consumer Protection|\bVPPA\b|Video Privacy Protection|\bBIPA\b|Biometric Information Privacy|\bCalOPPA\b|California Online Privacy Protection|\bLaw 25\b|\bQuébec|\bQuebec\b|Section 508\b|Computer Fraud and Abuse|\bPCI[- ]?DSS\b|\bKVKK\b|\bFISMA\b|Freedom of Information Act|Paperwork Reduction Act|\bDigital Services Act\b|ePrivacy Directive|2002/58",
    ),
)


MAY_NAME = re.compile(
    rf"[A-Z]{{3}}|\b(?:EU|UK|US|U\.K|E\.U|U\.S|[Mm]ember [Ss]tates|Kingdom|Britain|Europe)|California|CALIFORNIA|{STATES}|Swi(?:ss|tz)|Brazil|Canad|Korea|Austral|Qu[eé]bec|Shield|Harbor|Framework"
    r"|Light|\b[Ss]tates?\b|[Ss]tate['’-]|\bAct\b|\bLaws?\b|Legislation|Directive|Protection|Commissioner|Section 508|603A|1798|95/46|2016/679|2002/58|Lei Geral|Leach|Rights|Insurance"
)


def find_regimes(outline: Outline) -> tuple[Statement, ...]:
    """Return the laws that the policy speaks of, in the order of REGIMES, each with its first sentence."""
    return first_statements(outline, REGIMES, MAY_NAME)
