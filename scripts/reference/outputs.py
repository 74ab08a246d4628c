"""BLEU and chrF by sacreBLEU, edits by jiwer, on outputs and references by hand and at random: none at all, Unicode, punctuation, numbers.

    python3 scripts/reference/outputs.py        needs sacrebleu and jiwer; writes Tests/UnrollTrainingTests/Cases/outputs.json
"""

import json
import random
from pathlib import Path

import jiwer
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

random.seed(17)
WORDS = ["a", "a", "b", "c", "the", "The", "cats", "don't", "1,000.5", "3.", "4-5", "U.S.", "...", "-", "--", "(", ")", "«", "»", "%",
         "naïve", "nai\u0308ve", "Straße", "日本", "🙂", "🇫🇷", "e\u0301", "é", "&amp;", "&lt;", "@", "x/y", "'", "\u00a0", "\u3000", "\u001f"]


def edits(output, references, split):
    """[substitutions, insertions, deletions, length] of the reference with the fewest edits, alone and by all kinds."""
    found = []
    for reference in references:
        transform = jiwer.transforms.Compose([lambda texts: [split(text) for text in texts]])
        own = jiwer.process_words([reference], [output], transform, transform)
        found.append([own.substitutions, own.insertions, own.deletions, own.hits + own.substitutions + own.deletions])
    return min(found, key=lambda counts: sum(counts[:3]))


def scores(metric, outputs, references):
    """Of the corpus, between 0 and 1; streams of references have one of every item, or None."""
    most = max(map(len, references))
    streams = [[own[number] if number < len(own) else None for own in references] for number in range(most)]
    return metric.corpus_score(outputs, streams).score / 100


def case(outputs, references):
    """outputs: [text]; references: [[text, …]], of an item as many as it has."""
    return {
        "outputs": outputs, "references": references,
        "bleu": scores(BLEU(), outputs, references), "bleu of tokens": scores(BLEU(tokenize="none"), outputs, references),
        "chrf": scores(CHRF(), outputs, references),
        "words": [edits(*pair, str.split) for pair in zip(outputs, references)],
        "characters": [edits(*pair, list) for pair in zip(outputs, references)],
    }


def text(longest):
    return " ".join(random.choice(WORDS) for _ in range(random.randint(0, longest)))


def near(reference, share):
    """With some words changed, left out, said twice or moved."""
    words = []
    for word in reference.split(" "):
        chance = random.random() / share
        words += [random.choice(WORDS)] if chance < 0.3 else [] if chance < 0.5 else [word, word] if chance < 0.7 else [word]
    if random.random() < share:
        random.shuffle(words)
    return " ".join(words)


def drawn(items, longest, share, most):
    references = [[text(longest) for _ in range(random.randint(1, most))] for _ in range(items)]
    return case([near(random.choice(own), share) for own in references], references)


LINES = ["", " ", "Hello, world!", "It's 1,000.50 dollars.", "a.b,c", ",5 5, .5 5.", "...", "..,,..", "1990-1999 and A-B", "5--6", "<skipped>x",
         "soft-\nhyphen\nline", "trailing-\n", "&quot;a&quot; &amp;lt; &lt;b&gt;", "\u201cquoted\u201d — dash…", "a\u00a0b\u2003c\u001cd\u0085e",
         "日本語。", "١٢٣,٤", "[x]{y}~^`_|\\/@#$%^&*()+=?:;<>!\"", "\t tabs\tand\r\nends \r", "e\u0301,\u0301", "🙂.🙂,1.🇫🇷"]
cases = [
    case(["the cat sat on the mat"], [["the cat sat on the mat"]]),
    case(["the cat"], [["the cat"]]),
    case([""], [["the cat sat"]]),
    case(["the cat sat"], [["the cat sat on the mat", "a cat"]]),
    case(["x y z w"], [["a b c d"]]),
    case(["the the the the the the the"], [["the cat is on the mat", "there is a cat on the mat"]]),
    case(["a b c d e", "", "f g h"], [["a b c e d"], ["k"], ["f g h", "f g h"]]),
    case(["kitten", "ab", "ba ab", "aaaa"], [["sitting"], ["ba"], ["ab ba"], ["a"]]),
    case(LINES[2:], [[line] for line in reversed(LINES[2:])]),
]
for number in range(30):
    cases.append(drawn(1 + number, 4 + number % 12, 0.2 + 0.03 * (number % 20), 1 + number % 3))
whole = {"tokens": [[line, Tokenizer13a()(line.rstrip()).split()] for line in LINES + [text(20) for _ in range(40)]], "cases": cases}
target = Path(__file__).resolve().parents[2] / "Tests" / "UnrollTrainingTests" / "Cases" / "outputs.json"
target.write_text(json.dumps(whole, sort_keys=True) + "\n")
