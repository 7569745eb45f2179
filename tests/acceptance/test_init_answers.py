"""`scaffold init` and its answers: `-d`, `--data-file`, and what fits no question."""

from pathlib import Path

import pytest
import yaml
from tests.conftest import ANSWERS, Run, Template, read_tree, write_tree

QUESTIONS = """
name: {type: str, default: "{{ _copier_conf.dst_path.name }}"}
port: {type: int, default: 80}
ratio: {type: float, default: 0.5}
tls: {type: bool, default: false}
tags: {type: str, multiselect: true, choices: [a, b, c], default: [a]}
level: {type: str, choices: {Low: low, High: high}, default: low}
shape: {type: yaml, default: {x: 1}}
many: {type: yaml, default: [x]}
detail: {type: str, default: "", when: "{{ level == 'high' }}"}
even: {type: int, default: 2, validator: "{% if even % 2 %}must be even{% endif %}"}
"""


ANSWERS_SHOWN = (
    "{{ [port, ratio, tls, tags, level, shape, even] }} {{ port + 1 }} {{ 'yes' if tls else 'no' }} {{ shape }}\n"
)


@pytest.fixture
def asking(template: Template) -> Template:
    """Return a template with a question of each type."""
    return template.release("v1.0.0", {"copier.yml": QUESTIONS, "shown.txt.jinja": ANSWERS_SHOWN})


class TestAnswers:
    """`-d` and `--data-file`."""

    @pytest.mark.parametrize(
        ("given", "name", "recorded"),
        [
            ("port=0080", "port", 80),
            ("ratio=1", "ratio", 1.0),
            ("tls=yes", "tls", True),
            ("tls=off", "tls", False),
            ("name=yes", "name", "yes"),
            ("name=12", "name", "12"),
            ("name=null", "name", "null"),
            ("name=a: b # c", "name", "a: b # c"),
            ("name=", "name", ""),
            ("name=a=b", "name", "a=b"),
            ("name={{ 1 }}", "name", "{{ 1 }}"),
            ("tags=[b, c]", "tags", ["b", "c"]),
            ("tags=[]", "tags", []),
            ("tags=b", "tags", ["b"]),
            ("tags=c, b", "tags", ["b", "c"]),
            ("many=API, CDN", "many", ["API", "CDN"]),
            ('many="a, b", c', "many", ["a, b", "c"]),
            ("many=one", "many", ["one"]),
            ("many=", "many", []),
            ("many={x: 1}", "many", [{"x": 1}]),
            ("many=[1, {y: 2}]", "many", [1, {"y": 2}]),
            ("level=high", "level", "high"),
            ("shape=[1, {y: 2}]", "shape", [1, {"y": 2}]),
            ("even=4", "even", 4),
        ],
    )
    def test_a_raw_text_is_cast_by_the_questions_type(
        self, given: str, name: str, recorded: object, scaffold: Run, asking: Template, repo: Path
    ) -> None:
        done = scaffold("init", repo, "-t", asking, "-d", given)
        assert done.code == 0, done
        answers = yaml.safe_load((repo / ANSWERS).read_text())
        assert answers[name] == recorded
        assert type(answers[name]) is type(recorded)
        assert scaffold("check", repo).code == 0

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ("prot=1", "did you mean 'port'"),
            ("zzzzzz=1", "its questions: name, port"),
            ("port=many", "port"),
            ("tls=perhaps", "tls"),
            ("level=middle", "level"),
            ("even=3", "must be even"),
            ("tags=[a, d]", "for 'tags': 'd'"),
            ("tags=5", "tags"),
            ("tags=a, d", "for 'tags': 'd'"),
            ("tags=[", "tags"),
            ("shape=[", "shape"),
            ("detail=x", "'detail' isn't asked"),
            ("_src_path=/x", "_src_path"),
            ("port", "KEY=VALUE"),
            ("=1", "KEY=VALUE"),
        ],
    )
    def test_an_answer_that_fits_no_question_is_refused(
        self, given: str, said: str, scaffold: Run, asking: Template, repo: Path
    ) -> None:
        done = scaffold("init", repo, "-t", asking, "-d", given)
        assert done.code == 2, done
        assert said in done.err
        assert "Traceback" not in done.err
        assert read_tree(repo) == {}

    def test_a_question_without_a_default_needs_an_answer(self, scaffold: Run, template: Template, repo: Path) -> None:
        template.release("v1", {"copier.yml": "must: {type: str}\n"})
        done = scaffold("init", repo, "-t", template)
        assert done.code == 2
        assert "-d must=VALUE" in done.err
        assert scaffold("init", repo, "-t", template, "-d", "must=x").code == 0

    def test_a_data_file_gives_answers_and_d_wins(
        self, scaffold: Run, asking: Template, repo: Path, tmp_path: Path
    ) -> None:
        write_tree(tmp_path, {"answers.yml": "_commit: v0\nport: 8080\nlevel: high\ntags: [c]\n"})
        data = tmp_path / "answers.yml"
        assert scaffold("init", repo, "-t", asking, "--data-file", data, "-d", "port=1").code == 0
        answers = yaml.safe_load((repo / ANSWERS).read_text())
        assert (answers["port"], answers["level"], answers["tags"]) == (1, "high", ["c"])

    @pytest.mark.parametrize("content", ["[1]", "a: [", "1: x", b"\xff\xfe", "port: many", "tags: [d]", "tags: d"])
    def test_a_data_file_that_is_no_mapping_of_answers(
        self, content: str | bytes, scaffold: Run, asking: Template, repo: Path, tmp_path: Path
    ) -> None:
        write_tree(tmp_path, {"answers.yml": content})
        done = scaffold("init", repo, "-t", asking, "--data-file", tmp_path / "answers.yml")
        assert done.code == 2, done
        assert "error: unexpected" not in done.err
        assert read_tree(repo) == {}
