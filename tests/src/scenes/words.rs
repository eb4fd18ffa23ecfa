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
    /// What the team says among itself.
    pub aside: &'static str,
    /// The names of a picture and of a paper, the latter long.
    pub files: [&'static str; 2],
    /// What is searched for, and found.
    pub found: &'static str,
    /// Canned replies.
    pub canned: [(&'static str, &'static str); 2],
    /// What they look for among the emoji.
    pub sign: &'static str,
    /// What they add to a rating.
    pub comment: &'static str,
    /// What they may press, the last of it long.
    pub replies: [&'static str; 3],
    /// A card's title and text, a button that leads somewhere and one that answers.
    pub card: [&'static str; 4],
    /// What a form asks: a number, an address, a choice, a text.
    pub form: [&'static str; 4],
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
        aside: "The gold ones came back twice last month. Offer the plain rim if she hesitates.",
        files: ["my glass.jpg", "invoice-2026-11-20-six-tea-glasses-with-gold-rim-and-saucers.pdf"],
        found: "dishwash",
        canned: [
            ("returns", "Hello {visitor.name|there}, you can send it back within 14 days."),
            ("delivery", "It leaves tonight and is with you on Friday at the latest."),
        ],
        sign: "tea",
        comment: "Quick and friendly. The photo helped.",
        replies: ["Six glasses", "Twelve glasses", "I would like to see the whole catalogue first"],
        card: [
            "Six tea glasses",
            "With saucers, up to 60 °C in the dishwasher. 18.90 €",
            "Look closer",
            "Put it aside",
        ],
        form: ["Order number", "E-mail", "How many?", "Anything else?"],
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
        aside: "Yaldızlılar geçen ay iki kez iade geldi. Kararsız kalırsa düz kenarlıyı önerelim.",
        files: ["bardağım.jpg", "fatura-2026-11-20-altın-yaldızlı-altı-çay-bardağı-ve-tabakları.pdf"],
        found: "yikan",
        canned: [
            ("iade", "Merhaba {visitor.name|efendim}, 14 gün içinde iade edebilirsiniz."),
            ("teslimat", "Bu akşam yola çıkar, en geç cuma günü sizde olur."),
        ],
        sign: "çay",
        comment: "Hızlı ve güler yüzlü. Fotoğraf işe yaradı.",
        replies: ["Altılı takım", "On ikili takım", "Önce bütün kataloğa bakmak istiyorum"],
        card: [
            "Altılı çay bardağı",
            "Tabaklarıyla, makinede 60 °C’ye kadar. 649 ₺",
            "Yakından bak",
            "Benim için ayırın",
        ],
        form: ["Sipariş numarası", "E-posta", "Kaç tane?", "Eklemek istediğiniz?"],
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
        aside: "عادت الأكواب المذهّبة مرتين الشهر الماضي.",
        files: ["كوبي.jpg", "فاتورة-2026-11-20-ستة-أكواب-شاي-بحافة-مذهبة-مع-الصحون.pdf"],
        found: "غسل",
        canned: [("a", "يمكنك إعادتها خلال 14 يومًا."), ("b", "تصل الجمعة على الأكثر.")],
        sign: "tea",
        comment: "سريع ولطيف. الصورة ساعدت كثيرًا.",
        replies: ["ستة أكواب", "اثنا عشر كوبًا", "أود أن أرى الكتالوج كاملًا أولًا"],
        card: ["ستة أكواب شاي", "مع الصحون، حتى 60 درجة في غسالة الصحون. 18.90 €", "نظرة أقرب", "احجزها لي"],
        form: ["رقم الطلب", "البريد الإلكتروني", "كم العدد؟", "هل من شيء آخر؟"],
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
