# docker build -t lossviz . && docker run --rm -p 8501:8501 lossviz
FROM python:3.13-slim
WORKDIR /lossviz
COPY . .
RUN pip install .
ENV STREAMLIT_SERVER_ADDRESS=0.0.0.0
ENV STREAMLIT_SERVER_PORT=8501
EXPOSE 8501
USER nobody
CMD ["lossviz", "--no-browser"]
