"""Given names and the short forms that people use for them: data, to be replaced or extended through `LinkSpec.nicknames`.

One line per name, its short forms and spellings behind it. A form may belong to several names ("alex"): it then stands for all of them.
"""

from __future__ import annotations

TABLE = """
abigail: abby abbie gail
abraham: abe bram
adelaide: addie della
agnes: aggie nessie
alan: al allan allen
albert: al bert bertie
alexander: al alec alex alexei lex sandy sasha xander aleksander aleksandr alexandre
alexandra: alex alexa lexi sandra sasha aleksandra
alfred: al alf alfie fred
alice: ally allie alicia
alison: ali allison ally
amanda: mandy mandi
amelia: amy emily millie milly
andrea: andi drea
andrew: andy drew andreas andre
angela: angie
ann: anna anne annie nan nancy
anthony: ant antoine anton antonio toni tony
antonia: toni
arthur: art artie
barbara: babs barb barbie bobbie
beatrice: bea beatrix trixie
benjamin: ben benji bennie benny
bernard: barney bernie
bradley: brad
bridget: biddy bridie
bruno: bru
caitlin: cait kate kaitlyn katelyn
caroline: carol carolina carolyn carrie lina
cassandra: cass cassie sandra
catherine: cat cate cathy kate katharine katherine kathryn kathy katie katja kathrin kit kitty
cecilia: cece cecily celia
charles: carl charlie chas chaz chip chuck karl
charlotte: charlie charly lottie lotte
chelsea: chels chelsey
christian: chris kristian
christina: chris chrissie christa christine kirsten kristina kristin tina
christopher: chris kit kristof topher christoph
clara: claire clare clair
clifford: cliff
constance: connie
cornelius: con neil
curtis: curt
cynthia: cindy
daniel: dan danny
danielle: dani daniela
david: dave davey davie
deborah: deb debbie debra
dennis: den denny
derek: derrick
diana: di diane dianne
dominic: dom nick
donald: don donnie
dorothy: dora dot dottie dolly
douglas: doug
duncan: dunc
edmund: ed eddie ned ted
edward: ed eddie eddy ned ted teddy
edwin: ed eddie win
eleanor: ella ellen ellie nell nora elinor
elizabeth: bess bessie beth betsy betty elisa elisabeth eliza elsa elsie libby lisa lizzie liz liza lise
emily: em emmy millie
emma: em emmy
ernest: ernie
esther: essie hester
eugene: gene
evangeline: eva eve evie
evelyn: eve evie
ezekiel: zeke
florence: flo flora florrie flossie
frances: fran francesca frankie
francis: fran francesco francisco frank frankie franz
franklin: frank
frederick: fred freddie freddy fritz rick friedrich
gabriel: gabe
gabriella: gabby gabi gabrielle ella
geoffrey: geoff jeff jeffrey
george: georgie jorge
georgia: georgie georgina gina
gerald: gerry jerry
gertrude: gert gertie trudy
gilbert: bert gil
gordon: gord
graham: graeme
gregory: greg gregor
gwendolyn: gwen wendy
hannah: anna hanna
harold: hal harry
harriet: hattie
helen: helena ellen nell lena
henry: hal hank harry hal henri heinrich
herbert: bert herb
howard: howie
hubert: bert hugh
hugh: hughie hugo
ian: iain
ignatius: iggy nacho
imogen: immy
isabella: bella belle isabel isabelle izzy isobel
isaac: ike zac
jack: jackie
jacob: jake jakob
jacqueline: jackie jacqui
james: jamie jim jimmy jimmie
jane: janet janie jenny
janet: jan
jasmine: jas jaz yasmin
jason: jay
jeremiah: jerry jem
jeremy: jem jerry
jennifer: jen jenna jennie jenny
jessica: jess jessie
joan: joanie jo
joanna: jo joanne jo-anne
jocelyn: joss
john: jack johnny jon johnnie johann hans juan jean ivan
jonathan: jon jonny jonathon nathan
joseph: joe joey jose josef
josephine: jo josie josefine
joshua: josh
judith: judi judy
julia: jules julie juliet
julian: jules
katherine: kat kate kathy katie kay kitty
kenneth: ken kenny
kevin: kev
kimberly: kim kimberley
kirsten: kirsty
laura: laurie lora lauren
lawrence: larry laurence laurie lorenz
leah: lea
leonard: len lennie lenny leo
leonardo: leo
leslie: les lesley
lillian: lil lillie lilly lily
linda: lin lindy lynda
lindsay: lindsey linds
louis: lou lewis luis ludwig
louise: lou louisa
lucas: luke lukas
lucy: lucia lucinda
madeline: maddie maddy madeleine
malcolm: mal
manuel: manny
margaret: daisy greta madge maggie maisie marge margie margot meg megan peg peggy rita
maria: mary marie mia
marcus: marc mark markus
martha: marty mattie
martin: marty
mary: maria marie mamie may molly polly
matilda: mattie tilda tilly
matthew: mat matt mattie matthias mathias
maureen: mo
maurice: maury mo morris
maximilian: max
maxine: max
melanie: mel
melissa: mel missy
mercedes: mercy
michael: mick mickey micky mike mikey mitch michel miguel
michelle: chelle shelly micheline
mildred: millie
miriam: mim mimi
mitchell: mitch
mohammed: mo mohamed mohammad muhammad
nancy: nan
natalie: nat natasha nattie talia natalia
nathan: nat nate
nathaniel: nat nate nathan
nicholas: klaus nick nicky nico nicolas niklas nikolas
nicola: nic nicky nicole nikki
norman: norm
oliver: ollie olly olivier
olivia: liv livvy ollie
oscar: ossie
oswald: ossie oz
pamela: pam
patricia: pat patsy patti patty tricia trish
patrick: paddy pat
paul: pauly paulo pablo
paula: pauline polly
penelope: nell penny
peter: pete pieter pedro
philip: phil phillip pip
philippa: pip pippa
phoebe: pheebs
prudence: pru prue
rachel: rach rachael
raymond: ray
rebecca: bec becca beccy becky rebekah
reginald: reg reggie rex
rhiannon: rhi
richard: dick dicky rich richie rick ricky
robert: bob bobby rob robbie robby bert roberto
roberta: bobbie robbie
robin: rob robyn
rodney: rod
roger: rodge
roland: rollo rowland
ronald: ron ronnie
rosemary: rosie romy
rose: rosa rosie
rosalind: ros roz
rowan: ro
roy: leroy
rupert: rue
russell: russ
ruth: ruthie
sally: sal
samantha: sam sammie sammy
samuel: sam sammie sammy
sandra: sandy
sarah: sadie sally sara
scott: scottie scotty
sebastian: bas bastian seb
shannon: shan
sharon: shaz
sheila: shelagh
sidney: sid sydney
simon: si
simone: mona
sophia: sophie sofia
stanley: stan
stella: estelle
stephanie: steff steffi steph stefanie
stephen: ste stefan steffen steph steve steven stevie
stewart: stew stu stuart
susan: sue susanna susannah susanne susie suzanne suzie suzy
sylvia: silvia
tabitha: tabby
tamara: tammy
terence: tel terry
theodore: ted teddy theo
theresa: teresa terry tess tessa therese
thomas: thom tom tommy tomas
timothy: tim timmy
toby: tobias
tracy: tracey
valerie: val
vanessa: nessa
veronica: ronnie ronni
victor: vic
victoria: tori vic vicki vicky
vincent: vin vince vinnie vinny
violet: vi
virginia: ginger ginny
walter: wally walt
wendy: wen
wilfred: fred wilf
wilhelmina: mina minnie willa
william: bill billie billy liam wil will willie willy wilhelm
winifred: freda win winnie
yvonne: vonnie
zachary: zac zach zack
zoe: zoey
"""


def read_table(table: str) -> tuple[tuple[str, str], ...]:
    """(short form, name) for every form of every line; the name stands for itself too."""
    pairs: set[tuple[str, str]] = set()
    for line in table.strip().splitlines():
        name, forms = line.split(":")
        pairs.update((form, name) for form in [name, *forms.split()])
    return tuple(sorted(pairs))


NICKNAMES = read_table(TABLE)
