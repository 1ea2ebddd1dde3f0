"""Files that use `numpy.convolve` in every way, out of sight, or not at all; each writes `conv1d(x, k)`."""

from __future__ import annotations

WAYS = {
    "an alias of the module": "import numpy as xy\ndef conv1d(x, k): return xy.convolve(x, k)",
    "an alias of the name": "from numpy import convolve as c\ndef conv1d(x, k): return c(x, k)",
    "an assignment": "import numpy as np\nf = np.convolve\ng = f\ndef conv1d(x, k): return g(x, k)",
    "the function itself": "import numpy as np\nconv1d = np.convolve",
    "a partial": "import functools, numpy\nconv1d = functools.partial(numpy.convolve, mode='full')",
    "a star": "from numpy import *\ndef conv1d(x, k): return convolve(x, k)",
    "a helper": "import numpy as np\ndef h(x, k): return np.convolve(x, k)\ndef conv1d(x, k): return h(x, k)",
    "a lambda": "import numpy as np\nh = lambda a, b: np.convolve(a, b)\ndef conv1d(x, k): return h(x, k)",
    "a default argument": "import numpy as np\ndef conv1d(x, k, f=np.convolve): return f(x, k)",
    "a decorator": "import numpy as np\ndef d(f): return np.convolve\n@d\ndef conv1d(x, k): return x",
    "a class": """
        import numpy as np
        class Worker:
            def __init__(self): self.f = np.convolve
            def go(self, x, k): return self.f(x, k)
        def conv1d(x, k): return Worker().go(x, k)""",
    "a base class": """
        import numpy as np
        class A:
            run = np.convolve
        class B(A): pass
        def conv1d(x, k): return B.run(x, k)""",
    "an object of the module": """
        import numpy as np
        class A:
            def run(self, x, k): return np.convolve(x, k)
        tool = A()
        def conv1d(x, k): return tool.run(x, k)""",
    "a table": "import numpy as np\nt = {'c': np.convolve}\ndef conv1d(x, k): return t['c'](x, k)",
    "a table that is filled later":
        "import numpy as np\nt = {}\nt['c'] = np.convolve\ndef conv1d(x, k): return t['c'](x, k)",
    "a list that is filled later":
        "import numpy as np\nt = []\nt.append(np.convolve)\ndef conv1d(x, k): return t[0](x, k)",
    "getattr": "import numpy as np\ndef conv1d(x, k): return getattr(np, 'convolve')(x, k)",
    "getattr of a sum": "import numpy as np\ndef conv1d(x, k): return getattr(np, 'con' + 'volve')(x, k)",
    "getattr of a name":
        "import numpy as np\nn = ''.join(['con', 'volve'])\ndef conv1d(x, k): return getattr(np, n)(x, k)",
    "getattr of a slice": "import numpy as np\ndef conv1d(x, k): return getattr(np, 'evlovnoc'[::-1])(x, k)",
    "getattr of an f-string":
        "import numpy as np\na = 'con'\ndef conv1d(x, k): return getattr(np, f'{a}volve')(x, k)",
    "getattr of a format":
        "import numpy as np\ndef conv1d(x, k): return getattr(np, '{}{}'.format('con', 'volve'))(x, k)",
    "getattr of a percent": "import numpy as np\ndef conv1d(x, k): return getattr(np, 'con%s' % 'volve')(x, k)",
    "getattr by another name":
        "import numpy as np\ng = getattr\ndef conv1d(x, k): return g(np, 'convolve')(x, k)",
    "the dict of the module": "import numpy as np\ndef conv1d(x, k): return np.__dict__['convolve'](x, k)",
    "get of the dict": "import numpy as np\ndef conv1d(x, k): return np.__dict__.get('convolve')(x, k)",
    "vars": "import numpy as np\ndef conv1d(x, k): return vars(np)['convolve'](x, k)",
    "__getattribute__": "import numpy as np\ndef conv1d(x, k): return np.__getattribute__('convolve')(x, k)",
    "__import__": "def conv1d(x, k): return __import__('numpy').convolve(x, k)",
    "__import__ of a sum": "def conv1d(x, k): return __import__('num' + 'py').convolve(x, k)",
    "the builtins": "import builtins\ndef conv1d(x, k): return builtins.__import__('numpy').convolve(x, k)",
    "importlib":
        "import importlib\ndef conv1d(x, k):\n    m = importlib.import_module('numpy')\n    return m.convolve(x, k)",
    "sys.modules": "import sys\ndef conv1d(x, k): return sys.modules['numpy'].convolve(x, k)",
    "get of sys.modules": "import sys\ndef conv1d(x, k): return sys.modules.get('numpy').convolve(x, k)",
    "globals": "import numpy as np\ndef conv1d(x, k): return globals()['np'].convolve(x, k)",
    "a name written into globals":
        "import numpy as np\nglobals()['c'] = np.convolve\ndef conv1d(x, k): return c(x, k)",
    "eval": "import numpy as np\ndef conv1d(x, k): return eval('np.convolve(x, k)')",
    "eval of a sum": "import numpy as np\ndef conv1d(x, k): return eval('np.con' + 'volve')(x, k)",
    "exec": "import numpy as np\ndef conv1d(x, k):\n    exec('r = np.convolve(x, k)')\n    return locals()['r']",
    "exec at import": "exec('from numpy import convolve as c')\ndef conv1d(x, k): return c(x, k)",
    "exec of a definition":
        "exec('import numpy\\ndef h(x, k): return numpy.convolve(x, k)')\ndef conv1d(x, k): return h(x, k)",
    "exec of compile":
        "import numpy as np\ndef conv1d(x, k): return eval(compile('np.convolve', 'f', 'eval'))(x, k)",
    "a global statement": """
        import numpy as np
        c = None
        def fill():
            global c
            c = np.convolve
        fill()
        def conv1d(x, k): return c(x, k)""",
    "a tuple": "import numpy as np\na, b = np.convolve, 3\ndef conv1d(x, k): return a(x, k)",
    "a walrus": "import numpy as np\ndef conv1d(x, k):\n    return (f := np.convolve)(x, k)",
    "a condition": "import numpy as np\ndef conv1d(x, k):\n    return (np.convolve if len(x) else max)(x, k)",
    "an import inside": "def conv1d(x, k):\n    from numpy import convolve\n    return convolve(x, k)",
    "a fallback": """
        try:
            from scipy.signal import convolve
        except ImportError:
            def convolve(x, k): return x
        def conv1d(x, k): return convolve(x, k)""",
    "the library's inner parts":
        "import numpy as np\ndef conv1d(x, k): return np._core.numeric.convolve(x, k)",
    "another forbidden module": "import scipy.signal\ndef conv1d(x, k): return scipy.signal.fftconvolve(x, k)",
    "an own function defined before": """
        def convolve(x, k): return x
        from numpy import convolve
        def conv1d(x, k): return convolve(x, k)""",
    "map": "import numpy as np\ndef conv1d(x, k): return list(map(np.convolve, [x], [k]))[0]",
    "a library that another module imported":
        "import numpy.fft as f\ndef conv1d(x, k): return f._helper.np.convolve(x, k)",
    "a library imported from another module":
        "from numpy.polynomial.polynomial import np as q\ndef conv1d(x, k): return q.convolve(x, k)",
    "a loop at import":
        "import numpy as np\nfor f in (np.convolve,): pass\ndef conv1d(x, k): return f(x, k)",
    "a with at import": """
        import contextlib
        import numpy as np
        with contextlib.nullcontext(np.convolve) as f: pass
        def conv1d(x, k): return f(x, k)""",
    "a match at import": """
        import numpy as np
        match np.convolve:
            case f: pass
        def conv1d(x, k): return f(x, k)""",
    "a star in a tuple": "import numpy as np\nf, *r = np.convolve, 1\ndef conv1d(x, k): return f(x, k)",
    "a nested function":
        "import numpy as np\ndef conv1d(x, k):\n    def inner(): return np.convolve(x, k)\n    return inner()",
}  # fmt: skip

OPAQUE = {
    "getattr of a call": "import numpy as np\ndef conv1d(x, k): return getattr(np, input())(x, k)",
    "a loop over the module":
        "import numpy as np\ndef conv1d(x, k):\n    for n in dir(np):\n        f = getattr(np, n)\n    return f(x)",
    "a module handed on": "import numpy as np\ndef h(m): return m\ndef conv1d(x, k): return h(np)",
    "a module in a list": "import numpy as np\nm = [np]\ndef conv1d(x, k): return m[0].convolve(x, k)",
    "a dict of the module":
        "import numpy as np\ndef conv1d(x, k): return list(vars(np).values())[7](x, k)",
    "a computed import": "def conv1d(x, k): return __import__(input()).convolve(x, k)",
    "a computed text": "def conv1d(x, k): return eval(input())",
    "globals": "def conv1d(x, k): return globals()[input()](x, k)",
    "unpickling": "import pickle\ndef conv1d(x, k): return pickle.loads(b'cnumpy\\nconvolve\\n.')(x, k)",
    "function globals": "import numpy as np\ndef conv1d(x, k): return np.mean.__globals__['x'](x, k)",
    "attrgetter": "import numpy as np, operator\ndef conv1d(x, k): return operator.attrgetter('convolve')(np)(x)",
}  # fmt: skip

RIGHT = {
    "loops": """
        import numpy as np
        def conv1d(x, k):
            y = np.zeros(len(x) + len(k) - 1)
            for i, v in enumerate(x):
                y[i:i + len(k)] += v * k
            return y""",
    "windows": """
        import numpy as np
        from numpy.lib.stride_tricks import sliding_window_view
        def conv1d(x, k):
            return sliding_window_view(np.pad(x, len(k) - 1), len(k)) @ k[::-1]""",
    "words": '''
        import numpy as np
        # np.convolve would be easier
        def conv1d(x, k):
            """Like np.convolve(x, k), or getattr(np, "convolve")."""
            print("not np.convolve")
            return np.outer(x, k)''',
    "an own function of that name": """
        import numpy as np
        def convolve(x, k): return np.outer(x, k)
        def conv1d(x, k): return convolve(x, k)""",
    "an own function after a star": """
        from numpy import *
        def convolve(x, k): return outer(x, k)
        def conv1d(x, k): return convolve(x, k)""",
    "an own function after an import": """
        from numpy import convolve
        def convolve(x, k): return x
        def conv1d(x, k): return convolve(x, k)""",
    "a parameter and a variable of that name": """
        from numpy import convolve, outer
        def h(convolve): return convolve + 1
        def conv1d(x, k):
            return h(outer(x, k))""",
    "an own method of that name": """
        class Filter:
            def convolve(self, x): return x
        def conv1d(x, k): return Filter().convolve(x)""",
    "an attribute of something else": "def conv1d(x, k): return x.convolve(k)",
    "a comparison with the library in a main block": """
        import numpy as np
        def conv1d(x, k): return np.outer(x, k)
        if __name__ == "__main__":
            assert np.allclose(conv1d([1.0], [2.0]), np.convolve([1.0], [2.0]))""",
    "a comparison at import": """
        import numpy as np
        def conv1d(x, k): return np.outer(x, k)
        assert np.allclose(conv1d([1.0], [2.0]), np.convolve([1.0], [2.0]))
        print(np.convolve([1.0], [2.0]))""",
    "a helper that nobody calls": """
        import numpy as np
        def slow(x, k): return np.convolve(x, k)
        def conv1d(x, k): return np.outer(x, k)""",
    "another exercise that uses it": """
        import numpy as np
        import scipy
        def other(x): return scipy.special.expit(np.convolve(x, x))
        def conv1d(x, k): return np.outer(x, k)""",
    "a class": """
        import numpy as np
        class Windows:
            size = 3
            def __init__(self, x): self.x = np.asarray(x)
            def __getitem__(self, i): return self.x[i:i + self.size]
        def conv1d(x, k): return np.stack([Windows(x)[i] for i in range(3)])""",
    "annotations": """
        from __future__ import annotations
        import numpy as np
        import numpy.typing as npt
        def conv1d(x: npt.NDArray[np.float64], k: np.ndarray) -> np.ndarray:
            y: np.ndarray = np.outer(x, k)
            return y""",
    "getattr of an own object": "def conv1d(x, k): return getattr(x, 'shape', None) or getattr(k, str(x))",
    "types looked at": "import numpy as np\ndef conv1d(x, k): return isinstance(x, np.ndarray) and x.dtype == float",
    "closures": """
        import numpy as np
        def conv1d(x, k):
            total = 0.0
            def add(v):
                nonlocal total
                total += v
            for v in x: add(v)
            return np.array([total])""",
    "match": """
        def conv1d(x, k):
            match x:
                case [first, *convolve]: return convolve
                case {"a": convolve, **rest}: return rest
                case _: return None""",
    "bad escapes": "import numpy as np\ndef conv1d(x, k):\n    '''\\d'''\n    return np.outer(x, k)",
    "cycles": "a = b = None\na = b\nb = a\ndef conv1d(x, k): return a or b",
}  # fmt: skip
