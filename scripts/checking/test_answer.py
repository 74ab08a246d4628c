"""That the checker knows the sentences of a report's answer, and sees a wrong number, a sentence too many and one too few."""

import sys
import unittest
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent / folder) for folder in ("checking", "reference")]

from answer import Answer  # noqa: E402
from ranking import Ranking  # noqa: E402
from runs import Backend  # noqa: E402
from shown import fits  # noqa: E402

METRIC = {"name": "accuracy", "higherIsBetter": True, "unit": "percent"}
SCORES = [0.90, 0.91, 0.92, 0.93, 0.94]


def backend(name, scores, lost=0, parameters=100, seconds=2.0, jobs=2):
    finished = [{"status": "finished", "metrics": [METRIC], "scores": {"test": {"accuracy": score}}, "baselineScores": {"accuracy": 0.6}, "baseline": "majority",
                 "cost": {"parameters": parameters, "seconds": seconds}, "environment": {"cpu": "CPU", "jobs": jobs}} for score in scores]
    return Backend(name, finished + [{"status": "failed", "metrics": [], "scores": {}}] * lost)


class Answering(unittest.TestCase):
    """As `ReportTests` has them."""

    def says(self, text, *backends):
        sentences = Answer(Ranking(backends, METRIC), backends).sentences()
        return fits(text, [part for place, sentence in enumerate(sentences) for part in ([" "] if place else []) + sentence])

    def test_verdicts(self):
        def pair(gap):
            return backend("a", SCORES), backend("b", [score - gap for score in SCORES], parameters=90)

        worse = "`a` is alone at the top, with a test accuracy of 92.0 % (95 % interval 90.4 to 93.6). Worse than `a`: `b` by 0.1 to 4.7 points."
        self.assertTrue(self.says(worse, *pair(0.024)))
        for wrong in [worse.replace("4.7", "4.8"), worse + " Equal to `a` within 0.5 points: `b`.", worse.split(" Worse")[0]]:
            self.assertFalse(self.says(wrong, *pair(0.024)), wrong)
        self.assertTrue(self.says("`a` is alone at the top, with a test accuracy of 92.0 % (95 % interval 90.4 to 93.6). Undecided: `b` (90.0 %, 88.4 to 91.6), "
                                  "about 7 seeds would tell.", *pair(0.02)))
        self.assertTrue(self.says("the top group of 2 in test accuracy is `a` (92.0 %, 90.4 to 93.6) and `b` (90.2 %, 88.6 to 91.8). Of the top group `b` is the "
                                  "smallest (90 parameters), `a` the quickest to train (2.00 ± 0.00 (5) s a run).", *pair(0.018)))

    def test_cheapest(self):
        def of(jobs):
            return backend("a", SCORES, jobs=jobs), backend("b", [score - 0.018 for score in SCORES], parameters=90, seconds=1.0)

        top = "the top group of 2 in test accuracy is `a` (92.0 %, 90.4 to 93.6) and `b` (90.2 %, 88.6 to 91.8). Of the top group `b` is "
        self.assertTrue(self.says(top + "both the smallest (90 parameters) and the quickest to train (1.00 ± 0.00 (5) s a run).", *of(2)))
        self.assertTrue(self.says(top + "the smallest (90 parameters).", *of(1)), "times do not compare")

    def test_what_is_not_compared(self):
        backends = backend("a", SCORES), backend("b", SCORES[:4]), backend("c", SCORES[:4], lost=1), backend("d", [0.4, 0.4])
        sentences = Answer(Ranking(backends, METRIC), backends).sentences()
        right = ["`a` has the best mean test accuracy, 92.0 % (95 % interval 90.5 to 93.5).",
                 "Who is better is not said: the seeds of 2 backends give 7 degrees of freedom, and below 8 chance decides. More seeds would tell.",
                 "Not compared: `c` broke, 4 of 5 seeds work (95 %: 28 to 99 % of seeds); `d` has seeds below the baseline, 0 of 2 seeds work (95 %: 0 to 84 % of "
                 "seeds). A seed works where it comes nearer to the best mean than to the baseline.",
                 "**Below the baseline:** the mean of `d` (40.0 %) is worse than the majority baseline (60.0 %).",
                 "Not all runs left scores: `c` lost 1 of 5; means stand for those that did."]
        for line, parts in zip(right, sentences, strict=True):
            self.assertTrue(fits(line, parts), parts)
        alone = backend("a", SCORES), backend("c", SCORES[:4], lost=1)
        self.assertTrue(self.says("`a` reaches a test accuracy of 92.0 % (95 % interval 90.0 to 94.0). Not compared: `c` broke, 4 of 5 seeds work (95 %: 28 to 99 % "
                                  "of seeds). A seed works where it comes nearer to the best mean than to the baseline. Not all runs left scores: `c` lost 1 of 5; "
                                  "means stand for those that did.", *alone))


if __name__ == "__main__":
    unittest.main()
