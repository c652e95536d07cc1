"""Coming in, staying, and going out."""

from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from setup_portal import guard, passwords
from setup_portal.keys import COOKIE
from setup_portal.throttle import Throttle
from setup_portal.words import say, say_many


def enter() -> ResponseReturnValue:
    """Ask for the password."""
    then = _safe_path(request.values.get("then", ""))
    if guard.is_owner():
        return redirect(then, 303)
    if not guard.keys().has_password:
        return render_template("closed.html"), 403
    if request.method == "GET":
        return render_template("enter.html", then=then)
    throttle: Throttle = current_app.extensions["throttle"]
    peer, now_s = guard.arrival().peer, guard.now_s()
    wait_s = round(throttle.wait_s(peer, now_s) + 0.499)
    if wait_s:
        trouble = say_many(
            "Too many wrong passwords: try again in %(count)s second.",
            "Too many wrong passwords: try again in %(count)s seconds.",
            wait_s,
        )
        return render_template("enter.html", then=then, trouble=trouble), 429, {"Retry-After": str(wait_s)}
    throttle.wrong(peer, now_s)  # before it is looked at: many at once are as many one after the other
    if not guard.keys().opens(request.form.get("password", "")):
        trouble = say("This is not the box's password. Look at how it is written, and try again.")
        return render_template("enter.html", then=then, trouble=trouble), 422
    throttle.right(peer)
    return guard.let_in(redirect(then, 303))


def leave() -> ResponseReturnValue:
    """End this session."""
    guard.keys().end(g.session)
    response = redirect(url_for("enter"), 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="Strict", path="/")
    return response


def stay() -> ResponseReturnValue:
    """Let a phone stay on the set-up network though it has no internet: its system is told that all is well."""
    if guard.arrival().place != "set-up":
        return redirect(url_for("front"), 303)
    if request.method == "POST":
        guard.idle().releases.release(guard.arrival().peer, guard.now_s())
    is_released = guard.idle().releases.has(guard.arrival().peer, guard.now_s())
    return render_template("stay.html", is_released=is_released)


def password() -> ResponseReturnValue:
    """Set the password, or another one."""
    if request.method == "GET":
        return render_template("password.html")
    trouble = _trouble_with_password()
    if trouble:
        return render_template("password.html", trouble=trouble), 422
    guard.keys().set_password(request.form["password"])
    return guard.let_in(redirect(url_for("front"), 303))


def _trouble_with_password() -> str | None:
    word, again = request.form.get("password", ""), request.form.get("again", "")
    if guard.keys().has_password and not guard.keys().opens(request.form.get("current", "")):
        return say("This is not the present password: the new one was not taken.")
    return trouble_with(word, again)


def trouble_with(word: str, again: str) -> str | None:
    """Why a new password will not do; None if it will."""
    if passwords.is_too_short(word):
        return say("This password is too short: take %(least)s characters or more.", least=passwords.LEAST_CHARACTERS)
    if len(word) > passwords.MOST_CHARACTERS:
        return say("This password is too long: take %(most)s characters or fewer.", most=passwords.MOST_CHARACTERS)
    if passwords.is_too_easy(word, "moment"):
        return say("This password is among the first that anybody would try: take another one.")
    return None if word == again else say("The two passwords differ: type the same one twice.")


def _safe_path(path: str) -> str:
    """A page of ours to go on with, never another site's."""
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if is_ours else "/"
