"""Names that postal addresses are made of: American states, countries and words for streets."""

from __future__ import annotations

STATE_NAMES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA", "Hawaii": "HI", "Idaho": "ID",
    "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA",
    "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS",
    "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH", "New Jersey": "NJ",
    "New Mexico": "NM", "New York": "NY", "North Carolina": "NC", "North Dakota": "ND", "Ohio": "OH",
    "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA", "Rhode Island": "RI", "South Carolina": "SC",
    "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA",
    "Washington": "WA", "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY", "Puerto Rico": "PR",
}  # fmt: skip
STATE_CODES = (*STATE_NAMES.values(), "DC")
COUNTRY_NAMES = (
    r"United States(?: of America)?|U\.?S\.?A?\.?|United Kingdom|U\.?K\.?|England|Scotland|Wales|Northern Ireland|(?:Republic of )?Ireland"
    r"|Canada|Germany|Deutschland|France|Spain|España|Italy|Italia|(?:The )?Netherlands|Nederland|Belgium|Luxembourg|Switzerland|Schweiz|Austria"
    r"|Österreich|Sweden|Denmark|Norway|Finland|Poland|Portugal|Czech Republic|Czechia|Hungary|Romania|Greece|Malta|Cyprus|Estonia|Latvia|Lithuania"
    r"|Australia|New Zealand|India|Japan|Singapore|(?:South|Republic of) Korea|Korea|Brazil|Brasil|Mexico|México|Israel|South Africa|Hong Kong|China|Taiwan"
    r"|Argentina|Chile|Colombia|Philippines|Malaysia|Indonesia|Thailand|Vietnam|United Arab Emirates|UAE|Turkey|Iceland|Liechtenstein"
)
STREET_WORDS = (
    r"(?:Street|St\.?|Avenue|Ave\.?|Av\.?|Road|Rd\.?|Drive|Dr\.?|Lane|Ln\.?|Boulevard|Blvd\.?|Bd\.?|Parkway|Pkwy\.?|Highway|Hwy\.?|Way|Place|Pl\.?|Court|Ct\.?"
    r"|Square|Sq\.?|Plaza|Circle|Cir\.?|Terrace|Trail|Pike|Quay|Row|Broadway|Crescent|Close|Mews|Wharf|Walk|Alley|Gardens|Grove|Hill|Park|Crossing|Loop|Center|Centre"
    r"|House|Tower|Building|Floor|Suite|Ste\.?|Unit|Apt\.?|Rue|Allée|Quai|Cours|Impasse|Via|Viale|Piazza|Corso|Calle|Carrer|Paseo|Avenida|Rua|Alameda|Praça|Travessa"
    r"|Straße|Strasse|Str\.?|Platz|Allee|Chome|Ulica|Ul\.?|Marg|Nagar|[\w-]+-(?:ro|gil|daero|dong|gu|ku|cho|machi))"
)
