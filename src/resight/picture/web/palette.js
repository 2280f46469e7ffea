/**
 * Colours by theme, dashes by look, and colours of feature maps; written from colours.py by scripts/schema.
 *
 * @import {Theme} from "./theme.js"
 */

/** @type {Record<string, Theme>} */
export const THEMES = {
  "light": {
    "background": "#ffffff",
    "ink": "#17202e",
    "muted": "#66748a",
    "wire": "#8391a5",
    "alarm": "#d92d20",
    "alarmFill": "#fdecea",
    "frames": [
      "#f6f8fc",
      "#eef2f9",
      "#e6ecf6",
      "#dfe7f3"
    ],
    "frameLine": "#cfd8e6",
    "groups": {
      "input": {
        "fill": "#ffffff",
        "line": "#8d9bb0"
      },
      "output": {
        "fill": "#ffffff",
        "line": "#8d9bb0"
      },
      "linear": {
        "fill": "#dfeafd",
        "line": "#9dbdf0"
      },
      "norm": {
        "fill": "#eceff4",
        "line": "#c3ccd9"
      },
      "activation": {
        "fill": "#dff5e6",
        "line": "#9fd8b3"
      },
      "pool": {
        "fill": "#f1e6fc",
        "line": "#cfb1ec"
      },
      "merge": {
        "fill": "#ffffff",
        "line": "#a9b5c6"
      },
      "attention": {
        "fill": "#fde8f0",
        "line": "#efb3ca"
      },
      "shape": {
        "fill": "#fbfcfe",
        "line": "#d3dbe6"
      },
      "other": {
        "fill": "#ffffff",
        "line": "#bcc7d6"
      },
      "module": {
        "fill": "#e9effa",
        "line": "#8fa8d0"
      }
    },
    "skips": {
      "identity": "#e8590c",
      "scaled": "#d6336c",
      "normed": "#a87500",
      "resampled": "#1c7ed6",
      "projection": "#8431c6",
      "gated": "#2b8a3e",
      "concat": "#0c8599"
    },
    "ramp": [
      "#d5f9e5",
      "#a5e3d8",
      "#72c8d3",
      "#52aed2",
      "#478ece"
    ],
    "signed": [
      "#6aa5d8",
      "#b3d2ea",
      "#f4f6f8",
      "#f3c4a8",
      "#e2895a"
    ]
  },
  "dark": {
    "background": "#10151d",
    "ink": "#e8edf5",
    "muted": "#93a1b5",
    "wire": "#6d7c92",
    "alarm": "#ff6b5e",
    "alarmFill": "#3d1d1c",
    "frames": [
      "#161d28",
      "#1b2431",
      "#212c3b",
      "#273445"
    ],
    "frameLine": "#33425a",
    "groups": {
      "input": {
        "fill": "#10151d",
        "line": "#64748b"
      },
      "output": {
        "fill": "#10151d",
        "line": "#64748b"
      },
      "linear": {
        "fill": "#1a3358",
        "line": "#3d68a8"
      },
      "norm": {
        "fill": "#313c4e",
        "line": "#5f7089"
      },
      "activation": {
        "fill": "#173a28",
        "line": "#347a52"
      },
      "pool": {
        "fill": "#33204a",
        "line": "#6d4a96"
      },
      "merge": {
        "fill": "#1a222e",
        "line": "#55657c"
      },
      "attention": {
        "fill": "#43202f",
        "line": "#8f4561"
      },
      "shape": {
        "fill": "#161d28",
        "line": "#4a5a72"
      },
      "other": {
        "fill": "#1a222e",
        "line": "#5f7089"
      },
      "module": {
        "fill": "#28395a",
        "line": "#5677ac"
      }
    },
    "skips": {
      "identity": "#ff8a3d",
      "scaled": "#f783ac",
      "normed": "#f2c14e",
      "resampled": "#5ab0ff",
      "projection": "#c08bff",
      "gated": "#5fd38a",
      "concat": "#3bc9db"
    },
    "ramp": [
      "#38274a",
      "#373862",
      "#2e4c74",
      "#1d617f",
      "#027582"
    ],
    "signed": [
      "#2c6ca6",
      "#234a6b",
      "#1c232d",
      "#5f3a28",
      "#a4542c"
    ]
  }
};

/** @type {Record<string, number[]>} */
export const DASHES = {"identity": [], "scaled": [12, 4], "normed": [10, 4, 2, 4], "resampled": [2, 4], "projection": [7, 5], "gated": [12, 4, 3, 4], "concat": []};

/** @type {Record<string, string[]>} */
export const MAPS = {"grey": ["#000000", "#ffffff"], "viridis": ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#27ad81", "#5cc863", "#aadc32", "#fde725"], "signed": ["#1769aa", "#86b3d6", "#f7f7f7", "#f0a486", "#d9480f"]};
