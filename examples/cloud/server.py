"""The program in the image of a task: it answers each request with a greeting."""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Greeting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{os.environ['GREETING']} from {self.path}\n".encode())


address, port = sys.argv[1:]
HTTPServer((address, int(port)), Greeting).serve_forever()
