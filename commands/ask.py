"""`policydesk ask` and `policydesk chat`: answers in the terminal."""

from __future__ import annotations

import typer

from commands.opening import fail, open_bot, prefer_approved, show_json
from commands.options import VAR, AsOf, DataDir, Json, Model, Policies, SecondLook


def ask(
    question: str,
    policy: Policies = None,
    as_of: AsOf = None,
    as_json: Json = False,
    llm: Model = None,
    second_look: SecondLook = False,
    data_dir: DataDir = VAR,
) -> None:
    """Answer one question."""
    from bot.errors import BotError, QuestionError
    from bot.terminal import answer_lines
    from vectorstore import StoreError

    bot = open_bot(data_dir, llm, second_look)
    prefer_approved(bot, data_dir)
    try:
        answer = bot.reply(question, policy or (), as_of=as_of.date() if as_of else None)
    except QuestionError as error:
        fail(error.message)
    except (BotError, StoreError) as error:
        fail(str(error))
    if as_json:
        show_json(answer.model_dump(mode="json"))
    else:
        typer.echo("\n".join(answer_lines(answer)))


def chat(
    policy: Policies = None,
    as_of: AsOf = None,
    llm: Model = None,
    second_look: SecondLook = False,
    data_dir: DataDir = VAR,
) -> None:
    """Talk to the desk in the terminal. An empty line or Ctrl-D ends it."""
    from bot.errors import BotError, QuestionError
    from bot.reply import Turn
    from bot.terminal import answer_lines
    from vectorstore import StoreError

    bot = open_bot(data_dir, llm, second_look)
    prefer_approved(bot, data_dir)
    typer.echo("Ask about a privacy policy, or say what you want done. An empty line ends the chat.")
    history: list[Turn] = []
    while True:
        try:
            question = input("\n> ").strip()
        except (EOFError, KeyboardInterrupt):
            typer.echo("")
            return
        if not question:
            return
        try:
            answer = bot.reply(question, policy or (), history, as_of.date() if as_of else None)
        except QuestionError as error:
            typer.echo(error.message)
            continue
        except (BotError, StoreError) as error:
            fail(str(error))
        typer.echo("\n".join(answer_lines(answer)))
        history = [*history[-9:], Turn(question=question, policy_ids=answer.policy_ids)]
