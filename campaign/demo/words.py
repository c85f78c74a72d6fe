"""The words that invented names are made of: plants, weather and colours, put together as no register has them."""

from random import Random

CONSTITUENCY = "Mizzlemarsh and Quillhaven"
WARDS = (
    "Quillhaven", "Thistlewick", "Cobalt Hill", "Mizzlemarsh", "Teasel Green", "Umberside", "Sleetwater",
    "Larkspur Fields", "Ochre Bridge", "Drizzlecombe", "Bramblegate", "Indigo Park", "Fogham", "Sorrel Down",
    "Hailsworthy", "Russet Common",
)  # fmt: skip
GIVEN_NAMES = (
    "Alkanet", "Bilberry", "Bluebell", "Borage", "Bracken", "Bramble", "Burdock", "Campion", "Catkin", "Celandine",
    "Chervil", "Comfrey", "Cowslip", "Damson", "Dogrose", "Fennel", "Feverfew", "Foxglove", "Gorse", "Harebell",
    "Hawkbit", "Hornbeam", "Hyssop", "Juniper", "Knapweed", "Larch", "Lichen", "Lovage", "Mallow", "Marram", "Medlar",
    "Mugwort", "Oxlip", "Pimpernel", "Quince", "Ragwort", "Samphire", "Saxifrage", "Sedge", "Sloe", "Sorrel",
    "Speedwell", "Spindle", "Stonecrop", "Tansy", "Teasel", "Thistle", "Thrift", "Toadflax", "Tormentil", "Valerian",
    "Vetch", "Whinberry", "Woodruff", "Yarrow",
)  # fmt: skip
SURNAME_BEGINNINGS = (
    "Amber", "Auburn", "Azure", "Breeze", "Cloud", "Cobalt", "Crimson", "Cyan", "Dew", "Drizzle", "Ebony", "Flurry",
    "Fog", "Frost", "Gale", "Hail", "Haze", "Indigo", "Lilac", "Magenta", "Maroon", "Mauve", "Mist", "Mizzle", "Ochre",
    "Puddle", "Puce", "Rain", "Rime", "Russet", "Scarlet", "Sepia", "Sienna", "Sleet", "Squall", "Taupe", "Teal",
    "Thunder", "Umber", "Zephyr",
)  # fmt: skip
SURNAME_ENDINGS = (
    "bottle", "bucket", "button", "candle", "kettle", "ladder", "lantern", "mitten", "paddle", "pebble", "pocket",
    "saddle", "spindle", "spoon", "teapot", "thimble", "trumpet", "whistle",
)  # fmt: skip
ROAD_BEGINNINGS = (
    "Acorn", "Apricot", "Ashpan", "Barley", "Bluster", "Bulrush", "Buttercup", "Chestnut", "Cinnabar", "Clementine",
    "Cloudberry", "Clover", "Copperleaf", "Cranefly", "Cuckoo", "Dandelion", "Dewpond", "Dragonfly", "Elderflower",
    "Fallow", "Fernhollow", "Firefly", "Gooseberry", "Greengage", "Hailstone", "Hazelnut", "Hoarfrost", "Honeysuckle",
    "Icicle", "Jackdaw", "Jasmine", "Kingfisher", "Ladybird", "Lapwing", "Lavender", "Marigold", "Meadowsweet",
    "Mistletoe", "Moonflower", "Mulberry", "Nightingale", "Nutmeg", "Orchard", "Periwinkle", "Plumtree", "Primrose",
    "Quicksilver", "Rainbow", "Rhubarb", "Saffron", "Sandpiper", "Skylark", "Snowdrop", "Sunbeam", "Swallowtail",
    "Tamarind", "Turmeric", "Verdigris", "Vermilion", "Walnut", "Waxwing", "Wheatear", "Willowherb", "Windfall",
)  # fmt: skip
ROAD_ENDINGS = (
    "Road", "Street", "Road", "Street", "Terrace", "Gardens", "Grove", "Avenue", "Lane", "Square", "Close", "Mews",
    "Rise", "Row", "Way", "Walk",
)  # fmt: skip
BLOCK_BEGINNINGS = (
    "Abacus", "Almanac", "Anvil", "Barometer", "Bellows", "Compass", "Crucible", "Gimlet", "Harmonica", "Kaleidoscope",
    "Lodestone", "Mandolin", "Metronome", "Parasol", "Pendulum", "Prism", "Quadrant", "Sextant", "Sundial",
    "Tambourine", "Telescope", "Typewriter", "Weathervane", "Windlass",
)  # fmt: skip
BLOCK_ENDINGS = ("House", "Court", "House", "Court", "Point", "Lodge", "Mansions", "Apartments")


def surname(rng: Random) -> str:
    return rng.choice(SURNAME_BEGINNINGS) + rng.choice(SURNAME_ENDINGS)


def given_name(rng: Random) -> str:
    """One given name in most cases, with a middle name in some, as registers have them."""
    return " ".join(rng.sample(GIVEN_NAMES, 2 if rng.random() < 0.25 else 1))


def road_names(rng: Random) -> list[str]:
    """Every road name there can be, each once, shuffled."""
    return _shuffled(rng, ROAD_BEGINNINGS, ROAD_ENDINGS)


def block_names(rng: Random) -> list[str]:
    """Every block name there can be, each once, shuffled."""
    return _shuffled(rng, BLOCK_BEGINNINGS, BLOCK_ENDINGS)


def _shuffled(rng: Random, beginnings: tuple[str, ...], endings: tuple[str, ...]) -> list[str]:
    names = [f"{beginning} {ending}" for beginning in beginnings for ending in dict.fromkeys(endings)]
    rng.shuffle(names)
    return names
