"""Text that is a script, an image with a handler, and the end of every element a page may put it in.

Aims at: making text inert where it is shown.
Must not: become an element of the page.
Verdict: reply, error
Shown in: naive page_html
Graded: yes
"""
TEXT = (
    "</style></title></textarea></pre></code></script><script>alert('lure')</script>"
    "<img src=x onerror=alert(1)><svg onload=alert(1)><iframe srcdoc='<script>alert(1)</script>'></iframe>"
    "<!--><script>alert(1)</script>--><base href='//example.invalid'>"
)


def scale(x, factor):  # </span></pre><script>alert(1)</script>
    print(TEXT)
    raise ValueError(TEXT)


def extremes(x):
    class_of = type("Named", (Exception,), {"__doc__": TEXT})
    class_of.__name__ = TEXT.encode("utf-8", "replace").decode()
    raise class_of(TEXT)


def energy(x):
    return {TEXT: [TEXT, TEXT.encode("utf-8", "replace")]}
