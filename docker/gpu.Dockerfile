# The box for student code on graphics processors: as cpu.Dockerfile, with torch for CUDA. No course, no reference,
# no rest of the grader. From the root of the checkout:
#
#   docker build -f docker/gpu.Dockerfile --build-arg WORKER=$(python -m grader.boxes.images fingerprint) -t grader-box:gpu .
ARG BASE=python:3.11-slim
FROM ${BASE}

# A CUDA version that the drivers of the host support; torch brings its libraries along.
ARG TORCH=cu128
COPY constraints.txt /tmp/constraints.txt
RUN python -m pip install --no-cache-dir --constraint /tmp/constraints.txt uv \
    && python -m uv pip install --system --no-cache --compile-bytecode --torch-backend ${TORCH} \
        --constraint /tmp/constraints.txt numpy torch \
    && python -m pip uninstall --yes uv pip \
    && rm /tmp/constraints.txt

# In the order in which they change.
COPY grader/__init__.py grader/errors.py /opt/grader/grader/
COPY grader/protocol/*.py /opt/grader/grader/protocol/
COPY grader/worker/*.py /opt/grader/grader/worker/
COPY grader/jail/*.py /opt/grader/grader/jail/
RUN python -m compileall -q /opt/grader && mkdir --mode 1777 /box

# The grader refuses an image with another worker than its own.
ARG WORKER=
LABEL grader.worker=${WORKER}
ENTRYPOINT ["python", "-s", "-P", "-B", "-m", "grader.jail.container"]
