"""Text that ends an attribute and begins one that acts; templates and entities.

Aims at: making text inert where it is shown.
Must not: become an attribute of the page, or be evaluated by the template.
Verdict: reply, error
Shown in: naive page_html
Graded: yes
"""
TEXT = (
    "\" onmouseover=\"alert(1)\" x=\"' onfocus='alert(1)' autofocus tabindex=1 "
    "{{ 7 * 7 }}{% raw %}{{ self.__init__.__globals__ }} &lt;script&gt; &#x3c;img src=x&#x3e; javascript:alert(1)"
)


def scale(x, factor):  # " onmouseover="alert(1)
    print(TEXT)
    raise ValueError(TEXT)


def extremes(x):
    class_of = type("Named", (Exception,), {"__doc__": TEXT})
    class_of.__name__ = TEXT.encode("utf-8", "replace").decode()
    raise class_of(TEXT)


def energy(x):
    return {TEXT: [TEXT, TEXT.encode("utf-8", "replace")]}
