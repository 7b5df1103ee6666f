"""Words, places and wares that the demo world is made of. Facts about places are real, people and brands are not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """How one country writes its name, money and phone numbers. ``weight`` is its share of people in percent."""

    code: str
    spellings: tuple[str, ...]
    currency: str
    phone_prefix: str
    trunk: str
    mobile_stem: str
    language: str
    locale: str
    mail_provider: str
    weight: int


@dataclass(frozen=True)
class City:
    """One city: ISO 3166-2 region, IANA time zone with its winter offset in hours, and how its postcodes begin."""

    country: str
    name: str
    region: str
    time_zone: str
    utc_offset: float
    summer_time: str  # "north", "south" or "none"
    postcode_stem: str
    postcode_digits: int
    area_code: str = ""


COUNTRIES: tuple[Country, ...] = (
    Country("US", ("US", "USA", "United States", "us", "United States of America"), "USD", "1", "", "", "en", "en-US", "comcast.net", 36),
    Country("GB", ("GB", "UK", "United Kingdom", "Great Britain", "gb"), "GBP", "44", "0", "741", "en", "en-GB", "btinternet.com", 17),
    Country("DE", ("DE", "Germany", "Deutschland", "DEU", "de"), "EUR", "49", "0", "151", "de", "de-DE", "gmx.de", 17),
    Country("FR", ("FR", "France", "FRA", "fr"), "EUR", "33", "0", "61", "fr", "fr-FR", "orange.fr", 9),
    Country("NL", ("NL", "Netherlands", "The Netherlands", "Nederland"), "EUR", "31", "0", "61", "nl", "nl-NL", "ziggo.nl", 5),
    Country("ES", ("ES", "Spain", "España", "es"), "EUR", "34", "", "61", "es", "es-ES", "telefonica.net", 5),
    Country("CA", ("CA", "Canada", "CAN"), "CAD", "1", "", "", "en", "en-CA", "rogers.com", 6),
    Country("AU", ("AU", "Australia", "AUS"), "AUD", "61", "0", "41", "en", "en-AU", "bigpond.com", 5),
)

CITIES: tuple[City, ...] = (
    City("US", "New York", "US-NY", "America/New_York", -5, "north", "100", 2, "212"),
    City("US", "Boston", "US-MA", "America/New_York", -5, "north", "021", 2, "617"),
    City("US", "Atlanta", "US-GA", "America/New_York", -5, "north", "303", 2, "404"),
    City("US", "Miami", "US-FL", "America/New_York", -5, "north", "331", 2, "305"),
    City("US", "Chicago", "US-IL", "America/Chicago", -6, "north", "606", 2, "312"),
    City("US", "Houston", "US-TX", "America/Chicago", -6, "north", "770", 2, "713"),
    City("US", "Austin", "US-TX", "America/Chicago", -6, "north", "787", 2, "512"),
    City("US", "Denver", "US-CO", "America/Denver", -7, "north", "802", 2, "303"),
    City("US", "Phoenix", "US-AZ", "America/Phoenix", -7, "none", "850", 2, "602"),
    City("US", "Seattle", "US-WA", "America/Los_Angeles", -8, "north", "981", 2, "206"),
    City("US", "Los Angeles", "US-CA", "America/Los_Angeles", -8, "north", "900", 2, "213"),
    City("US", "San Francisco", "US-CA", "America/Los_Angeles", -8, "north", "941", 2, "415"),
    City("GB", "London", "GB-LND", "Europe/London", 0, "north", "SW", 1),
    City("GB", "Manchester", "GB-MAN", "Europe/London", 0, "north", "M", 1),
    City("GB", "Edinburgh", "GB-EDH", "Europe/London", 0, "north", "EH", 1),
    City("GB", "Bristol", "GB-BST", "Europe/London", 0, "north", "BS", 1),
    City("DE", "Berlin", "DE-BE", "Europe/Berlin", 1, "north", "10", 3),
    City("DE", "Hamburg", "DE-HH", "Europe/Berlin", 1, "north", "20", 3),
    City("DE", "München", "DE-BY", "Europe/Berlin", 1, "north", "80", 3),
    City("DE", "Köln", "DE-NW", "Europe/Berlin", 1, "north", "50", 3),
    City("DE", "Leipzig", "DE-SN", "Europe/Berlin", 1, "north", "04", 3),
    City("FR", "Paris", "FR-75", "Europe/Paris", 1, "north", "750", 2),
    City("FR", "Lyon", "FR-69", "Europe/Paris", 1, "north", "690", 2),
    City("FR", "Bordeaux", "FR-33", "Europe/Paris", 1, "north", "330", 2),
    City("NL", "Amsterdam", "NL-NH", "Europe/Amsterdam", 1, "north", "10", 2),
    City("NL", "Utrecht", "NL-UT", "Europe/Amsterdam", 1, "north", "35", 2),
    City("ES", "Madrid", "ES-MD", "Europe/Madrid", 1, "north", "280", 2),
    City("ES", "Valencia", "ES-VC", "Europe/Madrid", 1, "north", "460", 2),
    City("CA", "Toronto", "CA-ON", "America/Toronto", -5, "north", "M", 1, "416"),
    City("CA", "Vancouver", "CA-BC", "America/Vancouver", -8, "north", "V", 1, "604"),
    City("AU", "Sydney", "AU-NSW", "Australia/Sydney", 10, "south", "20", 2),
    City("AU", "Melbourne", "AU-VIC", "Australia/Melbourne", 10, "south", "30", 2),
    City("AU", "Brisbane", "AU-QLD", "Australia/Brisbane", 10, "none", "40", 2),
)

FIRST_NAMES: dict[tuple[str, str], str] = {
    ("en", "f"): "Emma Olivia Ava Sophia Mia Charlotte Amelia Harper Evelyn Grace Chloe Hannah Lily Zoe Nora Alice Megan Rachel "
    "Jessica Laura Karen Susan Linda Deborah Priya Aisha Wei Fiona Heather Joanna",
    ("en", "m"): "Liam Noah James William Henry Jack Oliver Daniel Samuel Matthew Ryan Thomas George Harry Ethan Adam Luke Peter "
    "Robert Michael David Kevin Brian Steven Raj Omar Chen Callum Stuart Graham",
    ("de", "f"): "Anna Lena Laura Julia Sarah Lea Hannah Marie Katharina Sabine Petra Monika Claudia Heike Ursula Greta Frieda Ayşe",
    ("de", "m"): "Lukas Leon Felix Jonas Maximilian Paul Finn Jürgen Stefan Andreas Wolfgang Klaus Matthias Uwe Günther Emre Jan Tobias",
    ("fr", "f"): "Camille Léa Chloé Manon Inès Jade Élodie Sophie Nathalie Isabelle Céline Amélie Margaux Fatima Aurélie",
    ("fr", "m"): "Louis Gabriel Hugo Arthur Jules Lucas Nicolas Julien Antoine Pierre Mathieu François Rémi Karim Benoît",
    ("nl", "f"): "Sanne Lotte Fleur Femke Anouk Eva Iris Maaike Marieke Ingrid Saskia Roos",
    ("nl", "m"): "Daan Sem Bram Thijs Jeroen Pieter Willem Joost Ruben Sander Maarten Koen",
    ("es", "f"): "Lucía María Paula Carmen Elena Marta Sara Alba Rocío Pilar Beatriz Inés",
    ("es", "m"): "Hugo Mateo Pablo Javier Carlos Álvaro Diego Sergio Manuel Iván Andrés Rafael",
}
LAST_NAMES: dict[str, str] = {
    "en": "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee Thompson White Harris "
    "Clark Lewis Robinson Walker Young Hall Wright Green Baker Adams Nelson Carter Mitchell Roberts Turner Phillips Campbell "
    "Parker Evans Edwards Collins Stewart Morris Murphy Cook Rogers Patel Khan Singh Nguyen Kelly O'Brien McDonald",
    "de": "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf Schröder "
    "Neumann Schwarz Zimmermann Braun Krüger Hartmann Lange Werner Krause Lehmann Köhler Yilmaz Vogel Jung",
    "fr": "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia Fontaine "
    "Chevalier Girard Benali Rousseau",
    "nl": "Jansen Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Kok Vermeulen",
    "es": "García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Ruiz Díaz Moreno Muñoz Romero Navarro",
}
STREETS: dict[str, str] = {
    "en": "High Street|Maple Avenue|Church Road|Station Road|Park Lane|Oak Street|Victoria Road|Mill Lane|King Street|Cedar Drive|"
    "Elm Street|Queens Road|Lake Avenue|Hillside Drive|Washington Street",
    "de": "Hauptstraße|Bahnhofstraße|Gartenweg|Lindenallee|Schillerstraße|Goetheplatz|Am Markt|Bergstraße|Kirchgasse|Rosenweg",
    "fr": "rue Victor Hugo|rue de la République|avenue Jean Jaurès|rue Pasteur|boulevard Voltaire|rue des Lilas|place du Marché",
    "nl": "Dorpsstraat|Kerkstraat|Stationsweg|Molenlaan|Prinsengracht|Beukenlaan|Schoolstraat",
    "es": "Calle Mayor|Calle de Alcalá|Avenida de la Constitución|Calle Real|Plaza de España|Calle del Sol",
}
# Fixed rates: units of the currency for one US dollar. Prices are listed in US dollars.
RATES_PER_USD: dict[str, float] = {"USD": 1.0, "GBP": 0.79, "EUR": 0.92, "CAD": 1.36, "AUD": 1.52}


@dataclass(frozen=True)
class Subcategory:
    """One shelf: its typical price in US dollars and the words that its products are named with."""

    category: str
    name: str
    price: float
    adjectives: str
    nouns: str


SUBCATEGORIES: tuple[Subcategory, ...] = (
    Subcategory("electronics", "audio", 89, "Wireless Studio Compact Noise-Cancelling", "Headphones Speaker Earbuds Soundbar"),
    Subcategory("electronics", "computing", 149, "Slim Ergonomic Portable Mechanical", "Keyboard Monitor Webcam Dock"),
    Subcategory("electronics", "smart home", 59, "Smart Connected Solar Mini", "Plug Thermostat Camera Bulb"),
    Subcategory("electronics", "phones", 199, "Rugged Refurbished Dual-SIM Compact", "Phone Charger Powerbank Case"),
    Subcategory("fashion", "women", 49, "Linen Knitted Pleated Cotton", "Dress Blouse Cardigan Skirt"),
    Subcategory("fashion", "men", 45, "Oxford Slim Merino Casual", "Shirt Chinos Sweater Jacket"),
    Subcategory("fashion", "shoes", 79, "Leather Canvas Suede Running", "Sneakers Boots Loafers Sandals"),
    Subcategory("fashion", "accessories", 29, "Woven Classic Silk Reversible", "Belt Scarf Wallet Hat"),
    Subcategory("home", "kitchen", 39, "Cast-Iron Stainless Ceramic Glass", "Pan Kettle Bowl Knife"),
    Subcategory("home", "textiles", 34, "Washed Percale Quilted Woollen", "Throw Cushion Duvet Rug"),
    Subcategory("home", "furniture", 179, "Oak Folding Velvet Modular", "Chair Shelf Table Lamp"),
    Subcategory("home", "garden", 32, "Galvanised Teak Rechargeable Trailing", "Planter Trimmer Lantern Hose"),
    Subcategory("beauty", "skin care", 24, "Hydrating Gentle Vitamin-C Overnight", "Serum Cleanser Cream Mask"),
    Subcategory("beauty", "make-up", 19, "Matte Long-Wear Sheer Mineral", "Lipstick Foundation Mascara Palette"),
    Subcategory("beauty", "hair care", 17, "Repairing Volume Argan Daily", "Shampoo Conditioner Oil Brush"),
    Subcategory("beauty", "fragrance", 65, "Citrus Woody Floral Amber", "Perfume Cologne Candle Mist"),
    Subcategory("sports", "running", 69, "Lightweight Reflective Trail Breathable", "Jacket Shoes Shorts Vest"),
    Subcategory("sports", "fitness", 42, "Adjustable Foam Resistance Folding", "Dumbbells Mat Bands Bench"),
    Subcategory("sports", "outdoor", 95, "Waterproof Two-Person Insulated Ultralight", "Tent Bottle Backpack Stove"),
    Subcategory("sports", "cycling", 55, "Aero Rechargeable Padded Carbon", "Helmet Light Gloves Pump"),
    Subcategory("toys", "building", 36, "Magnetic Wooden Giant Starter", "Blocks Set Castle Train"),
    Subcategory("toys", "games", 27, "Strategy Family Travel Cooperative", "Boardgame Puzzle Cards Quiz"),
    Subcategory("toys", "dolls", 24, "Soft Talking Collectible Classic", "Doll Bear House Pram"),
    Subcategory("toys", "outdoor play", 44, "Inflatable Wooden Glow Garden", "Pool Swing Frisbee Scooter"),
    Subcategory("books", "fiction", 14, "Illustrated Collected Prize-Winning Paperback", "Novel Thriller Stories Saga"),
    Subcategory("books", "non-fiction", 19, "Practical Concise Complete Annotated", "Guide Biography History Atlas"),
    Subcategory("books", "children", 11, "Pop-Up Bedtime Bilingual First", "Storybook Picturebook Songbook Dictionary"),
    Subcategory("books", "cooking", 25, "Seasonal Vegetarian Weeknight Regional", "Cookbook Bakebook Handbook Almanac"),
    Subcategory("grocery", "coffee & tea", 13, "Organic Single-Origin Loose-Leaf Decaf", "Coffee Tea Espresso Chai"),
    Subcategory("grocery", "snacks", 8, "Salted Roasted Dark Crunchy", "Nuts Chocolate Crackers Granola"),
    Subcategory("grocery", "pantry", 10, "Cold-Pressed Stone-Ground Aged Wild", "Oil Flour Vinegar Honey"),
    Subcategory("grocery", "drinks", 12, "Sparkling Alcohol-Free Botanical Pressed", "Lemonade Spritz Tonic Juice"),
)
BRANDS = "Norrland Kestrel Aldenham Mirovia Tallis Bravura Quillon Fernweh Okapi Lumen&Co Sable Orchardist Pikeforth Velora Hutchley"


@dataclass(frozen=True)
class Device:
    """One kind of device and browser, with the user agent that it sends. ``weight`` is in percent."""

    device_type: str
    browser: str
    user_agent: str
    weight: int


DEVICES: tuple[Device, ...] = (
    Device(
        "mobile", "Safari", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604", 28
    ),
    Device("mobile", "Chrome", "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36", 24),
    Device("desktop", "Chrome", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36", 22),
    Device("desktop", "Safari", "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15", 8),
    Device("desktop", "Firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", 5),
    Device("desktop", "Edge", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Edg/126.0.0.0", 7),
    Device("tablet", "Safari", "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1", 6),
)
