"""Logging in and out, the second factor, the language, the exercise."""

import base64
from typing import Any

import segno
from django.conf import settings
from django.contrib.auth import logout as end_session
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as verify_session
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from bihuan.base.wording import _, languages
from bihuan.rules.access import Deed, Role
from bihuan.web.org import scope
from bihuan.web.org.door import open_to, public
from bihuan.web.org.models import Account
from bihuan.web.org.tongue import COOKIE

YEAR = 365 * 24 * 3600
ISSUER = "Bihuan"
SPARE_CODES = 8


class LogIn(LoginView):
    """Log-in by name and password; the demo shows an account per role."""

    template_name = "org/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo's accounts."""
        context = super().get_context_data(**kwargs)
        shown = Account.objects.exclude(demo_of="").order_by("pk")
        return context | {
            "demo_accounts": [
                (account.username, Role(account.demo_of).label, account.demo_note)
                for account in shown
            ],
            "outside": list(settings.OUTSIDE.values()),
        }


class ChangePassword(PasswordChangeView):
    """Change one's password; a slip's password ends here."""

    template_name = "org/password.html"
    success_url = reverse_lazy("today")

    def form_valid(self, form: Any) -> HttpResponse:
        """Note that the password is one's own now."""
        form.user.must_change = False
        return super().form_valid(form)


log_in = public(LogIn.as_view())
change_password = open_to(Deed.TODAY)(ChangePassword.as_view())


@public
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session; what waits in the phone's queue stays there."""
    end_session(request)
    return redirect("login")


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language somebody picked, and go back to where he was."""
    response = redirect(safe_next(request))
    if (name := request.POST.get("language", "")) in languages():
        response.set_cookie(
            COOKIE, name, max_age=YEAR, samesite="Lax", httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    return response


@public  # whoever has no double in the exercise may do nothing there but come back
@require_POST
def switch_exercise(request: HttpRequest) -> HttpResponse:
    """Step into the exercise school, or back out of it."""
    if not isinstance(request.user, Account):
        return redirect("login")
    if request.session.pop(scope.EXERCISE_KEY, None) is None:
        request.session[scope.EXERCISE_KEY] = True
    return redirect("today")


@public  # it asks for a log-in itself: `open_to` would send people here again
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the second device; the first time, show how to set it up."""
    account = request.user
    if not isinstance(account, Account):
        return redirect("login")
    device = TOTPDevice.objects.filter(user=account).order_by("-confirmed").first()
    device = device or TOTPDevice.objects.create(user=account, confirmed=False)
    if request.method == "POST":
        return _second_factor_given(request, account, device)
    return _second_factor_page(request, device, "")


def _second_factor_given(
    request: HttpRequest, account: Account, device: TOTPDevice
) -> HttpResponse:
    code = request.POST.get("code", "").replace(" ", "")
    spare = StaticDevice.objects.filter(user=account).first()
    if device.verify_is_allowed()[0] and device.verify_token(code):
        _verified(request, device)
        if not device.confirmed:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            return render(
                request, "org/spare_codes.html", {"codes": make_spare_codes(account)}
            )
        return redirect("today")
    if device.confirmed and spare and spare.verify_token(code):
        _verified(request, spare)
        return redirect("today")
    wrong = _("这个码不对，或已经用过。请等手机上的下一个码再试；越错等得越久")
    return _second_factor_page(request, device, wrong)


def _verified(request: HttpRequest, device: Device) -> None:
    """Note the second factor, under a session number that nobody had before."""
    request.session.cycle_key()
    verify_session(request, device)


def _second_factor_page(
    request: HttpRequest, device: TOTPDevice, wrong: str
) -> HttpResponse:
    context: dict[str, Any] = {"wrong": wrong, "picture": "", "secret": ""}
    if not device.confirmed:
        picture = segno.make(device.config_url, error="m")
        context["picture"] = picture.svg_data_uri(scale=5)
        context["secret"] = base64.b32encode(device.bin_key).decode()
    return render(request, "org/second_factor.html", context)


def make_spare_codes(account: Account) -> list[str]:
    """Give an account new spare codes; the old ones end."""
    StaticDevice.objects.filter(user=account).delete()
    device = StaticDevice.objects.create(user=account, name="spare")
    codes = [StaticToken.random_token() for _number in range(SPARE_CODES)]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=code) for code in codes
    )
    return codes


def safe_next(request: HttpRequest) -> str:
    """Where to go back to: only addresses of this site."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(asked, {request.get_host()})
    return asked if own else "/"
