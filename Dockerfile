# One image for web, worker and beat: docker-compose.yml chooses the command.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /opt/rosette
COPY requirements.txt ./
RUN pip install --require-hashes --requirement requirements.txt
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY . .
RUN ROSETTE_VAR=/var/lib/rosette python manage.py collectstatic --noinput

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 ROSETTE_VAR=/var/lib/rosette HOST=0.0.0.0
RUN useradd --system --uid 10001 --no-create-home rosette \
    && install --directory --owner=rosette --mode=0700 /var/lib/rosette /var/lib/rosette/uploads
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/rosette /opt/rosette
COPY --from=build --chown=rosette /var/lib/rosette/static /var/lib/rosette/static
WORKDIR /opt/rosette
USER rosette
EXPOSE 8000
CMD ["gunicorn", "--config", "python:campaign.gunicorn_conf", "campaign.wsgi"]
