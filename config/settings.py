"""One settings file. What differs between installations comes from the environment (see docs/operations.md)."""

from pathlib import Path
from typing import Any

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.path("COURGETTE_VAR", BASE_DIR / "var")
PRODUCTION = env.boolean("COURGETTE_PRODUCTION", False)
DEBUG = env.boolean("DEBUG", False)
SITE_URL = env.text("SITE_URL", "http://localhost:8000").rstrip("/")

SECRET_KEY = env.secret("SECRET_KEY", VAR_DIR / "secret-key")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
LINK_KEY = env.secret("LINK_KEY", VAR_DIR / "link-key")
LINK_KEY_FALLBACKS = env.words("LINK_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "djmoney",
    "allauth",
    "allauth.account",
    "people",
    "records",
    "quotes",
    "billing",
    "desk",
    "config.apps.ConfigConfig",
]

MIDDLEWARE = [
    "config.middleware.RequestLog",
    "config.middleware.ContentSecurityPolicy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
            "builtins": ["desk.templatetags.pieces"],
        },
    },
]
FORM_RENDERER = "config.forms.Renderer"

DATABASES: dict[str, dict[str, Any]] = {"default": env.database("DATABASE_URL", VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "")
CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    )
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "files"}},
    "documents": {"BACKEND": "records.keeping.DocumentStorage", "OPTIONS": {"location": VAR_DIR / "documents"}},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.folder(VAR_DIR / "static")
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# People and signing in -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "people.signing_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
SIGNUP_OPEN = env.boolean("SIGNUP_OPEN", not PRODUCTION)

# Languages and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"
CURRENCIES = ("EUR",)
DEFAULT_CURRENCY = "EUR"

# Mail: kept as rows first; what leaves goes by EMAIL_URL, else to files in var/mail/ -------------------------------
globals().update(env.mail("EMAIL_URL", VAR_DIR / "mail"))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Courgette <courgette@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Work done later -------------------------------------------------------------------------------------------------
SWEEP_EVERY_SECONDS = 20
QUEUE_OF_FILES = {
    "data_folder_in": str(VAR_DIR / "queue"),
    "data_folder_out": str(VAR_DIR / "queue"),
    "processed_folder": str(VAR_DIR / "queue-taken"),  # beside the queue: a message is taken by a rename
    "polling_interval": 0.25,
}
CELERY: dict[str, Any] = {
    "broker_url": REDIS_URL or "courgette://localhost//",  # see config/filesystem_queue.py
    "broker_transport_options": {"socket_timeout": 30} if REDIS_URL else QUEUE_OF_FILES,
    "broker_connection_retry_on_startup": True,
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_time_limit": 120,
    "task_soft_time_limit": 110,
    "worker_max_tasks_per_child": 500,
    "worker_prefetch_multiplier": 1,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_enable_remote_control": False,
    "timezone": TIME_ZONE,
    # The clock remembers nothing: all it does is to wake the sweep, which finds in the database what is due.
    "beat_scheduler": "celery.beat:Scheduler",
    "beat_max_loop_interval": SWEEP_EVERY_SECONDS,
    "beat_schedule": {
        "sweep": {
            "task": "records.tasks.sweep",
            "schedule": SWEEP_EVERY_SECONDS,
            "options": {"expires": SWEEP_EVERY_SECONDS - 1},
        }
    },
}
ERRANDS = "config.errands.ERRANDS"  # which function does which errand
ERRAND_LEASE_SECONDS = 180  # longer than task_time_limit: a lease that runs out means its worker is gone
LONG_ERRANDS = {"build_export": 60 * 60}  # seconds that one may last; every other lasts task_time_limit at most
ERRAND_MAX_ATTEMPTS = env.integer("ERRAND_MAX_ATTEMPTS", 6)

# Security --------------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # "no-referrer" makes browsers post `Origin: null`, which CSRF refuses
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", PRODUCTION)
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if PRODUCTION else 0
if env.boolean("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Else whoever guesses passwords locks everybody out: all would have the address of the server in front.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SOURCE_URL = env.text("SOURCE_URL", "/source/")
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # subdomains and preload are the host's choice

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"links": {"()": "config.logs.HideLinks"}, "ids": {"()": "config.logs.AddIds"}},
    "formatters": {
        "line": {"()": "config.logs.Line", "format": "%(asctime)s %(levelname)s %(name)s [%(work_id)s] %(message)s"}
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "filters": ["ids", "links"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["stdout"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"handlers": ["stdout"], "level": "WARNING", "propagate": False},
        "gunicorn.error": {"handlers": ["stdout"], "level": "WARNING", "propagate": False},
        "celery": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}
