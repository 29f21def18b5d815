"""A response that opens with a verb."""

from __future__ import annotations

import random

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


class StartVerb(ConstraintType):
    """The first word is an English verb in its base form, one of a list of some 500 common ones.

    Measured where that word is nothing but a verb (consider, create), not where it may be a noun (plan, use).
    """

    name = "start_end:verb"
    evaluation_only = True
    wordings = (
        "Begin your response with an English verb in its base form, such as take or consider.",
        "The first word of the response must be a common English verb in the imperative.",
        "Start with a verb, in the plain form that gives an order or advice in English.",
        "First word: an everyday English verb as the dictionary lists it, without an ending.",
        "Could you let the very first word be an imperative verb in English?",
        "Whatever follows, an English verb in its base form has to open the text.",
        "Let the response open on a word that tells the reader what to do: an English imperative of the common kind.",
        "At the head of the text I want an ordinary English verb, uninflected, as in a recipe or a manual.",
        "My students collect imperatives from the beginnings of texts, so yours must have one as its first word, a "
        "common English verb.",
        "No word may come before an English verb in the base form.",
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
        return bool(text.words) and text.lower_words[0] in _VERBS


TYPES: tuple[ConstraintType, ...] = (StartVerb(),)
