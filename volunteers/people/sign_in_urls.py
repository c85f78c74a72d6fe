"""Addresses of signing in and out: allauth's views under our paths, without those that passwords would need.

allauth names the form twice, `account_login` and `account_request_login_code`; here both are the one form.
"""

from allauth.account import views
from django.urls import path
from django.views.decorators.http import require_POST

from campaign.access import open_to_all

request_code = open_to_all(views.request_login_code)
confirm_code = open_to_all(views.confirm_login_code)
sign_out = open_to_all(require_POST(views.logout))
sign_up_closed = open_to_all(views.signup)

urlpatterns = [
    path("sign-in/", request_code, name="account_login"),
    path("sign-in/", request_code, name="account_request_login_code"),
    path("sign-in/code/", confirm_code, name="account_confirm_login_code"),
    path("sign-in/new/", sign_up_closed, name="account_signup"),
    path("sign-out/", sign_out, name="account_logout"),
]
