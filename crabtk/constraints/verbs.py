"""A response that opens with a verb, in whatever form."""

from __future__ import annotations

import random
from collections.abc import Iterator

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.text import ParsedText
from crabtk.types import Params

_FEWEST_WORDS = 25
_VERB_LIST = """accept acknowledge acquire activate adapt add address adjust admire admit adopt advise aim align
allocate allow alternate analyse analyze announce anticipate apologise apologize appear apply appoint appreciate
approach approve argue arrange arrive ask assemble assess assign assist assume assure attach attain attend attract
avoid bake be bear become beg begin behave believe belong bend bind blend boil borrow bring browse brush build bury
buy calculate call carry catch celebrate change charge check choose circulate clarify classify clean clear click
climb close collect combine come communicate compare compile complete compose comprise conduct confirm connect
consider construct consult consume contact continue contribute convert convince cook coordinate copy correct count
cover create cultivate cut decide declare decorate decrease dedicate define delete deliver demonstrate deny depend
describe deserve design detect determine develop devote differ dig discover discuss display dissolve distinguish
distribute divide do donate download drag drain draw dress drink drive drop dry eat edit educate eliminate embrace
emphasize employ enable encourage end enhance enjoy enroll ensure enter establish estimate evaluate examine exchange
execute exercise exist expand expect experience experiment explain explore express extend extract face fall
familiarize fasten fetch fill filter find finish fit fix fly focus fold follow forget forgive form freeze fry gather
generate get give go grab greet grill grind grow guess guide handle hang happen have hear heat help hide highlight
hire hold hope identify ignore illustrate imagine implement import improve incorporate increase indicate inform
insert inspect install instruct integrate introduce invest investigate invite involve join judge jump justify keep
kneel knock know laugh launch lay lead learn leave lend let lie lift like limit list listen live locate look lose
love lower maintain make manage mark match maximize mean measure meet melt memorize mention minimize mix modify
monitor mount move multiply name navigate need negotiate note notice notify observe obtain offer open operate
optimize order organize overcome own paint participate pass pause pay perform permit pick place plan plant play
point pour practice practise praise prefer prepare present preserve press prevent print prioritize proceed process
produce promise promote protect prove provide publish pull purchase pursue push put raise reach read realize recall
receive recognize recommend record reduce refer reflect refrain refuse regard register relate relax release rely
remain remember remind remove rename repeat replace reply report represent request require research reserve resist
resolve respect respond rest restart restore retrieve return reveal review revise reward rewrite ride rinse rise
roll rotate run save say scan schedule scroll seal search season see seek seem select sell send separate serve set
settle shake share shift show shut simmer simplify sing sit skip sleep slice slide smile solve sort speak specify
spend split spread sprinkle stand start state stay steam stick stir stop store strengthen stretch strive study
submit substitute subtract succeed suggest summarize supply support suppose surround swap take talk taste teach tell
test thank think throw tie toss touch track trade train transfer transform translate travel treat trim trust try
turn type understand unite unplug update upgrade upload use utilize validate value verify visit visualize wait wake
walk want warm wash waste watch wear weigh welcome whisk win wipe wish wonder work worry wrap write yield"""
_NOUN_LIST = """address advance aim alternate answer approach balance be bear bend blend boil break brush build call
catch cause change charge check claim clean clear click climb close contact control cook copy correct count cover
cut deal decrease design discover display do dress drink drive drop dry end estimate exchange exercise experience
experiment face fall fill filter find finish fit fix fly focus fold form fry gather get grill guess guide handle
have heat help hide highlight hold hope import increase invite judge jump launch lay lead leave let lie lift like
limit list live look love lower mark match mean measure meet mention mix monitor mount move name need note notice
object offer open order own paint pass pause pay permit pick place plan plant play point pour practice praise
present press print process produce promise purchase push raise reach read record regard register release remain
reply report request research reserve respect rest return review reward ride rinse rise roll run save say scan
schedule scroll seal search season separate set shake share shift show shut sleep slice slide smile sort spend split
spread stand start state stay steam stick stop store stretch study supply support swap talk taste test thank tie
toss touch track trade train transfer travel treat trim trust try turn type update upgrade upload use value visit
wait wake walk want warm wash waste watch wear welcome win wipe wish wonder work worry wrap yield"""
_VERBS = frozenset(_VERB_LIST.split())
_SURE = _VERBS - frozenset(_NOUN_LIST.split())
"""Those that are no noun and no adjective, and rarely begin anything but a request."""


_IRREGULAR_LIST = """am are ate be became been began begun being bent bit blew bought bound bred broke broken
brought built burnt came can caught chose chosen could cut dealt did does doing done drank drawn drew driven
drove dug fallen fed fell felt fled flew flown forgave forgiven forgot forgotten fought found froze frozen gave
given goes gone got gotten grew ground grown had has heard held hid hidden hit hung hurt is kept knew known laid
lain leapt learnt led left lent lit lost made may meant met might must paid put ran rang read ridden risen rode
rose rung said sang sat saw seen sent set shall shone shook shot should shown shrank shrunk shut slept slid sold
sought spent spoke spoken spread sprang sprung stole stolen stood struck stuck sung sunk swam swept swore sworn
swum swung taken taught thought threw thrown told took tore torn understood was went were will withdrew woke
woken won wore worn would woven wrote written"""
_IRREGULAR = frozenset(_IRREGULAR_LIST.split())
_MORE_LIST = """ache awaken bark beam bite blaze bleed bloom blow bounce breathe bubble burn burst buzz chase
cheer clash clutch crack crash crawl creep cry curl dance dare dart deal delve dip dream drift drip drum echo
elevate embark emerge evoke explode fade feed feel fight flash flicker float flow flutter foster gaze gleam
glide glow groan growl hover howl hum hurry kick kindle kiss leap linger loom melt mourn nestle pace paint peer
pierce preheat pulse race ripple rise rush scatter scream shatter shimmer shine shiver shoot shout sigh sink
soar spark spin spring stare stride strike stroll surge sway sweep swim swing swirl tap tear thrive tremble
trickle unfold unleash unlock unravel unveil utter wander weave whir whirl whisper wrestle"""
_ALL_VERBS = _VERBS | frozenset(_MORE_LIST.split())


class StartVerb(ConstraintType):
    """The first word is a form of an English verb, one of some 650 common ones, by its spelling.

    Measured where that word is a base form and nothing but a verb (consider, create), not where it may be a noun
    (plan, use).
    """

    name = "start_end:verb"
    evaluation_only = True
    wordings = (
        "Begin your response with an English verb, such as take or considering.",
        "The first word of the response must be a common English verb, in any of its forms.",
        "Start with a verb, in whatever form, as English has them.",
        "First word: an everyday English verb, with or without an ending.",
        "Could you let the very first word be a verb in English, imperative or not?",
        "Whatever follows, an English verb has to open the text, be it a base form or another.",
        "Let the response open on a word that says what is done: an English verb of the common kind.",
        "At the head of the text I want an ordinary English verb, in a form of your choice.",
        "My students collect verbs from the beginnings of texts, so yours must have one as its first word, a common "
        "English one.",
        "No word may come before an English verb, whichever form you give it.",
    )
    examples = (
        "Consider the weather before you pack. If rain is likely, put a light coat on top, and keep your shoes in a "
        "bag of their own at the bottom of the case.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or text.language != "en" or text.detected != "en":
            return None
        first = text.raw.split(maxsplit=1)[0]
        return {} if first.isalpha() and first.lower() in _SURE and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and _is_verb(text.lower_words[0])


def _is_verb(word: str) -> bool:
    """Tell whether a word in small letters is spelt as a form of a known verb."""
    if word in _ALL_VERBS or word in _IRREGULAR:
        return True
    stems = [(ending, word.removesuffix(ending)) for ending in ("s", "es", "d", "ed", "ing") if word.endswith(ending)]
    return any(base in _ALL_VERBS for ending, stem in stems for base in _bases(stem, ending))


def _bases(stem: str, ending: str) -> Iterator[str]:
    """Yield what a verb may be without its ending: tri(es) is try, hop(p)ing is hop, tak(ing) is take."""
    if ending != "d" or stem.endswith("e"):
        yield stem
    if ending in ("es", "ed") and stem.endswith("i"):
        yield f"{stem[:-1]}y"
    if ending in ("ed", "ing"):
        yield f"{stem}e"
        if len(stem) > 2 and stem[-1] == stem[-2]:
            yield stem[:-1]
    if ending == "ing" and stem.endswith("y"):
        yield f"{stem[:-1]}ie"


TYPES: tuple[ConstraintType, ...] = (StartVerb(),)
