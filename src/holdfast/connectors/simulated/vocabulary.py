"""Which words do ordinary people use: the common words of each language, and rarer ones made of syllables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

RARE_WORDS = 900  # names and places made of syllables, so that two long posts are seldom alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language: its share of accounts, its words from the most to the least used, and its syllables for names."""

    code: str
    share: float
    common: tuple[str, ...]
    onsets: tuple[str, ...]
    codas: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Every word, the common ones first."""
        rare = ("".join(parts) for parts in product(self.onsets, self.codas, self.codas))
        return (*self.common, *(word for word, _ in zip(rare, range(RARE_WORDS), strict=False)))


ENGLISH = """the to i a and you it is of in that for my on this me with just so but be have not are at what like
all your if was we up when get do no they now can about out how he one know time good go day people love from
got today more see there new don't as think lol or want its who by really an why work back need make too even
never still will would right going can't because her him some them best always our only life man here last look
way way over night great us say game happy much please first down then take feel thank thanks thing school home
someone before better off yes watch year every come oh things big than two world morning tomorrow hope sure week
tonight live play show music video friends team song wait omg nice real coffee rain sleep food money city house
dog cat summer weekend birthday season match election news mask vaccine lockdown virus phone train traffic movie
book photo bread garden run gym sunset beach moon"""
SPANISH = """que de no la el y me en a es lo un se por te con mi para una los si ya como más las tu pero le su
hoy del cuando yo al está todo todos qué bien vida día mejor ser siempre nada quiero amor solo ver estoy gracias
hay ni hacer sin mañana porque tengo gente tiempo esta son vamos casa así muy noche mundo feliz ahora favor
buenos días nunca eso hasta dos también año partido juego música familia trabajo escuela lluvia café perro playa
calle ciudad equipo gol semana"""
PORTUGUESE = """que o a de eu não e um do da é me em pra se com na mais no você por uma os para meu minha já
quando só tudo ele hoje muito ser tem mas como bem vai vou dia isso ela gente quero amor nada vida foi ficar tão
melhor sempre todo mundo bom noite fazer agora ver amanhã aqui casa assim sem deus ainda porque tempo feliz
saudade coisa jogo time música escola trabalho chuva praia rua cidade semana família cachorro café gol festa
obrigado amigo foto livro sono"""
GERMAN = """die ich der und das ist nicht in zu ein es mit auf den mir so für was auch wie an du noch man nur
dass schon wenn hat mich dann bei war aber von heute sich jetzt mal wir haben mehr alle immer gut gerade wieder
sind nach ja hier doch nichts sehr leben morgen zeit tag arbeit haus musik schule regen wetter stadt spiel
freunde bahn kaffee garten"""
FRENCH = """de je pas la et le les est a que un tu en des à j'ai une c'est mon pour moi on ça il me ma dans ce
qui plus du avec trop suis bien mais te fait même sur quand si vie va ne aime faire tout elle très bon jour
encore comme aussi soir demain merci temps monde jamais maison travail école musique match équipe pluie plage
ville café chien livre"""
TURKISH = """bir bu ne ve de da için çok ben sen o ama var gibi daha bi mi kadar yok olan her şey
iyi en hiç gün bana şimdi sonra artık zaman güzel insan benim olsun neden bugün yarın akşam hayat
dünya okul iş müzik maç takım yağmur ev"""  # noqa: RUF001  (a dotless i is a letter of its own)
ARABIC = """من في على ما يا لا الله كل هذا مع انا عن إلى و لي بس اللي
هو قلبي الى هي يوم أن كان بعد اليوم صباح الخير الناس الحياة حب لو انت
حتى شي خير أنا غير مثل وانت عليك وقت الليل بيت مدرسة عمل مطر مدينة
فريق مباراة قهوة صديق"""
JAPANESE = """です 今日 ます ない 今 人 から 私 これ この ので 見 いい 時 もう 明日
さん 笑 ありがとう 好き 何 また 自分 そう ちゃん 本当 楽しい 仕事 学校 雨 天気 電車 朝 夜 昼
ご飯 コーヒー 音楽 試合 写真 友達 寝る おはよう お疲れ 今週 来週 夏 海 空 犬 猫 本 映画 ゲーム
東京 大阪 駅 家 家族 誕生日 元気 頑張る 最高 面白い"""
LATIN = "bar cal dor fen gal har jo ken lor mar nor pel ras sol tam ver"
KANJI = "山 川 田 中 松 高 小 大 石 木 西 東 北 南 上 下"
ARABIC_ONSETS = "با تا جا حا دا را سا شا عا فا قا كا لا ما نا ها"  # noqa: RUF001  (Arabic letters are what it is for)
TURKISH_CODAS = "lı can er oğlu ay kaya in su"  # noqa: RUF001  (a dotless i is a letter of its own)


def _language(code: str, share: float, common: str, onsets: str, codas: str) -> Language:
    return Language(
        code=code,
        share=share,
        common=tuple(common.split()),
        onsets=tuple(onsets.split()),
        codas=tuple(codas.split()),
    )


LANGUAGES = (
    _language("en", 0.46, ENGLISH, LATIN, "an eb ido ola um wen esk ia"),
    _language("es", 0.14, SPANISH, LATIN, "o ez illa ar as uro in ta"),
    _language("pt", 0.11, PORTUGUESE, LATIN, "ão inho es a or ura im ra"),
    _language("ja", 0.11, JAPANESE, KANJI, "村 本 島 野 原 井 谷 崎"),
    _language("fr", 0.06, FRENCH, LATIN, "eau ier on elle is ac et ou"),
    _language("ar", 0.05, ARABIC, ARABIC_ONSETS, "ن د ر لي سم مد ين وب"),
    _language("de", 0.04, GERMAN, LATIN, "er stein berg au ling heim en tal"),
    _language("tr", 0.03, TURKISH, LATIN, TURKISH_CODAS),
)

_HANDLE_WORDS = """river fox maple north echo lunar stone pixel amber cedar delta quiet sunny blue rapid tiny grand
happy real the its mr ms dj king miss dr star wolf kite tea bean jazz rook moss wren ivy reed clay hill ford lane"""
HANDLE_WORDS = tuple(_HANDLE_WORDS.split())
# Sites people link to. All but the last five are made up and stand under names that nobody can register (RFC 2606).
_SITES = """northpost.example dailyharbour.example cityherald.example goalreport.example weatherdesk.example
recipebarn.example bandpage.example shopcorner.example streetphotos.example devnotes.example
www.youtube.com www.instagram.com open.spotify.com bit.ly en.wikipedia.org"""
SITES = tuple(_SITES.split())
PLACES = ("Central Park", "Harbour Cafe", "Union Station", "Gate B12", "Riverside Gym", "Old Town Books", "Pier 7")
CLIENTS = ("iPhone", "Android", "Web", "Deckboard", "iPad", "QueueWell", "StrideRun", "Stationcast", "app-matchday")
CLIENT_SHARES = (0.40, 0.33, 0.17, 0.04, 0.02, 0.015, 0.008, 0.007, 0.01)


def language_row(code: str) -> int:
    """The place of a language in `LANGUAGES`."""
    return next(row for row, language in enumerate(LANGUAGES) if language.code == code)
