//! What people say in the scenes, in each language that they are seen in. Never what the pages themselves say.
use crate::sources;

/// One language's conversation.
#[derive(Debug)]
pub struct Words {
    /// The language's tag.
    pub tag: &'static str,
    /// Whether it is written from right to left.
    pub rtl: bool,
    /// The visitor's messages.
    pub asks: [&'static str; 2],
    /// The agent's.
    pub answers: [&'static str; 2],
    /// What the agent says when the visitor looks away.
    pub later: &'static str,
    /// The visitor's answer to that.
    pub thanks: &'static str,
    /// The names of a picture and of a paper, the latter long.
    pub files: [&'static str; 2],
    /// What they look for among the emoji.
    pub sign: &'static str,
    /// What they add to a rating.
    pub comment: &'static str,
}

impl Words {
    /// English.
    pub const ENGLISH: &Self = &Self {
        tag: "en",
        rtl: false,
        asks: ["Hi! Do the tea glasses survive a dishwasher?", "And would they be here before Saturday?"],
        answers: [
            "They do, up to 60 °C. Only the gold rim wants washing by hand.",
            "Ordered today, they leave tonight: Friday at the latest 🙂",
        ],
        later: "I have put a set aside for you: https://shop.example/sets/six-glasses",
        thanks: "Lovely, thank you",
        files: ["my glass.jpg", "invoice-2026-11-20-six-tea-glasses-with-gold-rim-and-saucers.pdf"],
        sign: "tea",
        comment: "Quick and friendly. The photo helped.",
    };
    /// Turkish.
    pub const TURKISH: &Self = &Self {
        tag: "tr",
        rtl: false,
        asks: [
            "Merhaba, bardaklar bulaşık makinesinde yıkanır mı?",
            "Cumartesiden önce elimde olur mu peki?",
        ],
        answers: [
            "Yıkanır, 60 °C’ye kadar. Yalnızca altın yaldızlı olanlar elde yıkanmalı.",
            "Bugün sipariş verirseniz bu akşam yola çıkar: en geç cuma sizde 🙂",
        ],
        later: "Sizin için bir takım ayırdım: https://shop.example/takimlar/alti-bardak",
        thanks: "Çok güzel, teşekkürler",
        files: ["bardağım.jpg", "fatura-2026-11-20-altın-yaldızlı-altı-çay-bardağı-ve-tabakları.pdf"],
        sign: "çay",
        comment: "Hızlı ve güler yüzlü. Fotoğraf işe yaradı.",
    };
    /// Arabic.
    pub const ARABIC: &Self = &Self {
        tag: "ar",
        rtl: true,
        asks: ["مرحبا، هل يمكن غسل الأكواب في غسالة الصحون؟", "وهل تصل قبل يوم السبت؟"],
        answers: [
            "نعم، حتى 60 درجة. الأكواب المذهّبة فقط تُغسل باليد.",
            "إذا طلبت اليوم نرسلها هذا المساء، وتصل الجمعة على الأكثر 🙂",
        ],
        later: "حجزت لك طقمًا: https://shop.example/sets/six-glasses",
        thanks: "رائع، شكرًا",
        files: ["كوبي.jpg", "فاتورة-2026-11-20-ستة-أكواب-شاي-بحافة-مذهبة-مع-الصحون.pdf"],
        sign: "tea",
        comment: "سريع ولطيف. الصورة ساعدت كثيرًا.",
    };
    /// Those that the widget speaks.
    #[must_use]
    pub fn spoken() -> Vec<&'static Self> {
        let texts = sources::root().join("widget/i18n");
        let mut all = vec![Self::ENGLISH, Self::TURKISH, Self::ARABIC];
        all.retain(|words| texts.join(format!("{}.json", words.tag)).exists());
        all
    }
}
