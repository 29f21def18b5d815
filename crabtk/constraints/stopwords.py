"""Words that carry no topic, for the languages that seeds mostly come in; other languages go by length."""

from __future__ import annotations

from functools import lru_cache

_LISTS = {
    "en": """a about above across actually after again against all almost along already also although always am among
an and another any anyone anything are around as at away back be became because become been before behind being
below best better between beyond both but by came can cannot come comes could did different do does doing done
don down due during each either else enough especially etc even ever every example few find first for found from
full further gave general get gets getting give given gives go goes going good got great had has have having he
help helps her here hers herself him himself his how however i if important in include includes including instead
into is isn it its itself just keep kept kind know known large last later least less let like likely little ll
long look lot made main make makes making many may maybe me mean means might mine more most much must my myself
near need needs neither never new next no non none nor not nothing now number of off often old on once one ones
only onto or other others otherwise our ours ourselves out over own part particular people per perhaps place
possible put quite rather re really result right said same say says second see seem seems seen several shall she
should show shown shows since small so some someone something sometimes soon still such sure take taken takes
tell than that the their theirs them themselves then there therefore these they thing things think this those
though three through throughout thus time times to together too took toward towards tried try turn two type
under until up upon us use used useful uses using usually ve various very via want wants was way ways we well
were what whatever when where whether which while who whole whom whose why will with within without word words
work would yes yet you your yours yourself http https www com org html""",
    "es": """a acerca además al algo alguna algunas alguno algunos ante antes aquel aquella aquí así aun aunque
bajo bien
cada casi como con contra cosas cual cuales cualquier cuando cuanto de debe deben del desde después donde dos
durante e el él ella ellas ellos en entonces entre era eran eres es esa esas ese eso esos esta está están estas
este esto estos fue fueron ha había hace hacer hacia han hasta hay incluso la las le les lo los luego más me
mediante mejor menos mi mientras mis misma mismo mucha muchas mucho muchos muy nada ni ningún no nos nosotros
nuestra nuestro o otra otras otro otros para parte pero poco por porque pueda puede pueden pues que qué quien
sea sean según ser si sí sido siempre sin sino sobre son su sus también tan tanto te tener tiene tienen toda
todas todo todos tras tu tus un una unas uno unos usted ustedes va vez y ya yo""",
    "de": """ab aber alle allem allen aller alles als also am an ander andere anderen anderer anderes auch auf
aus bei beim
bereits bis bist da dabei dadurch dafür daher damit dann daran darauf darin darüber das dass dazu dein deine dem
den denn der deren des dessen die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen
einer eines einige einigen er es etwa etwas euch euer für gegen gibt haben habe hat hatte hatten hier hinter ich
ihr ihre ihrem ihren ihrer im immer in indem ist ja jede jedem jeden jeder jedes jedoch kann kannst kein keine
keinen können könnte machen man mehr mein meine mich mir mit möglich muss müssen nach nicht nichts noch nun nur
ob oder ohne schon sehr sein seine seinem seinen seiner seit selbst sich sie sind so sodass sollte sollten
solche sondern sowie über um und uns unser unter viel viele vielen vom von vor während war waren was weil welche
welcher weitere wenn werden wie wieder wir wird wo wurde wurden würde zu zum zur zwischen""",
    "fr": """à afin ai ainsi alors après au aucun aucune aussi autre autres aux avant avec avoir bien car ce
cela celle
celles celui ces cet cette ceux chaque chez ci comme comment contre dans de depuis des deux donc dont du elle
elles en encore entre es est et était étaient été être eu eux fait faire faut il ils je jusqu la là le les leur
leurs lors lorsque lui ma mais même mêmes mes moi moins mon ne ni non nos notre nous on ont ou où par parce pas
pendant peu peut peuvent plus plusieurs pour pourquoi puis quand que quel quelle quelles quels qui quoi sa sans
se selon sera ses si soit son sont sous souvent sur ta tandis te tel telle tes toi ton toujours tous tout toute
toutes très trop tu un une vers voici vos votre vous y""",
    "hi": """अपना अपनी अपने अब आप इन इस इसका इसकी इसके इसमें इसे उन उनका उनकी उनके उन्हें उस उसका उसकी उसके उसे
एक एवं ऐसा ऐसे और
कई कर करता करते करना करने करें का कि किया किसी की कुछ के को कोई क्या गई गए गया जब जा जाता जाती जाते जाना जाने जैसे जो
तक तथा तरह तो था थी थे दिया दो द्वारा न नहीं ने पर पहले फिर बहुत बाद भी में मैं यदि यह यहाँ या ये रहा रहे रूप लिए
लेकिन वह वाला वाली वाले वे सकता सकती सकते सब सभी साथ से हम हमारे ही हुआ हुई हुए है हैं हो होता होती होते होना होने""",
}


@lru_cache(maxsize=16)
def stopwords(language: str) -> frozenset[str]:
    """Return the function words of a language, in lower case; empty where none are shipped."""
    return frozenset(_LISTS.get(language, "").split())
