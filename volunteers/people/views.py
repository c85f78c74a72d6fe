"""Pages of people: who is here, single-use sign-in links, and the agent's page of roles."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaign.access import Permission, Role, needs, open_to_all
from campaign.areas.models import Ward
from volunteers.people import presence, roles, sign_in_links
from volunteers.people.forms import ROLE_WORDS, GiveRoleForm, LimitForm, NameForm, TakeRoleForm, WhoForm
from volunteers.people.models import User, Volunteer

A_PAGE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
@never_cache
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """One button; pressing it signs in, and the link is used up."""
    try:
        if request.method != "POST":
            sign_in_links.check(token=token, at=now())
            return render(request, "volunteers/people/sign_in_link.html")
        user = sign_in_links.redeem(token=token, at=now())
    except sign_in_links.LinkError as error:
        return render(request, "volunteers/people/sign_in_link_refused.html", {"why": str(error)}, status=410)
    get_adapter(request).login(request, user)
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.BOOK_SESSIONS)
def who(request: HttpRequest) -> HttpResponse:
    """Who is here: one of those this user stands for, or, when there is nobody yet, a name."""
    user = presence.user_of(request)
    people = Volunteer.objects.of(user)
    form = NameForm(request.POST if request.method == "POST" and not people else None)
    if request.method == "POST" and people:
        choice = WhoForm(people, request.POST)
        if choice.is_valid():
            presence.is_here(request, choice.cleaned_data["volunteer"])
            return HttpResponseRedirect(_next(request))
        raise Http404
    if form.is_valid():
        form.instance.user = user
        form.save()
        return HttpResponseRedirect(_next(request))
    context = {"people": people, "form": form, "here": presence.volunteer_of(request), "next": _next(request)}
    return render(request, "volunteers/people/who.html", context)


def _next(request: HttpRequest) -> str:
    """Where the person was going, when that is an address of ours; else the start."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else resolve_url(settings.LOGIN_REDIRECT_URL)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.GIVE_ROLES)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who can sign in, and what they may do; roles are given by address and taken with a button."""
    form = GiveRoleForm(request.POST if "give" in request.POST else None)
    done = (form.is_bound and _give(request, form)) or ("take" in request.POST and _take(request))
    if done or ("limit" in request.POST and _limit(request)):
        return redirect(request.get_full_path())
    role = request.GET.get("role", "")
    users = User.objects.order_by("email", "pk").prefetch_related("grants__wards", "volunteers")
    if role in ROLE_WORDS:
        users = users.filter(grants__role=role)
    page = Paginator(users, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "roles": list(Role),
        "role": role,
        "kept": f"role={role}&" if role else "",
        "wards": Ward.objects.order_by("name", "pk"),
    }
    return render(request, "volunteers/people/people.html", context)


def _give(request: HttpRequest, form: GiveRoleForm) -> bool:
    if not form.is_valid():
        return False
    given = form.cleaned_data
    role = Role(given["role"])
    try:
        user = roles.give(
            email=given["email"],
            role=role,
            actor=request.user,
            at=now(),
            name=(given["given_name"], given["family_name"]),
        )
    except roles.RoleError as error:
        form.add_error("email", str(error))
        return False
    messages.success(request, f"{user.address} now has the role {role.value}. They sign in with a code sent there.")
    return True


def _limit(request: HttpRequest) -> bool:
    form = LimitForm(request.POST)
    if not form.is_valid():
        messages.error(request, "that person or ward is not there any more.")
        return True
    user, wards = form.cleaned_data["user"], list(form.cleaned_data["wards"])
    try:
        roles.limit(user=user, wards=wards, actor=request.user, at=now())
        where = ", ".join(ward.name for ward in wards) or "everywhere"
        messages.success(request, f"{user.address} now organises {f'in {where}' if wards else where}.")
    except roles.RoleError as error:
        messages.error(request, str(error))
    return True


def _take(request: HttpRequest) -> bool:
    form = TakeRoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "that person or role is not there any more.")
        return True
    user, role = form.cleaned_data["user"], Role(form.cleaned_data["role"])
    try:
        roles.take(user=user, role=role, actor=request.user, at=now())
        messages.success(request, f"{user.address} no longer has the role {role.value}.")
    except roles.RoleError as error:
        messages.error(request, str(error))
    return True
