"""Boxes: selection, suppression, pooling of regions."""

import numpy as np
from case import Family, floats, sizes
from convolution import text
from nn import softmax
from ort import ort


def boxes(rng, shape):
    """Corners, not too far from each other."""
    centre, size = rng.uniform(0, 3, (*shape, 2)), rng.uniform(0.5, 2.5, (*shape, 2))
    return np.round(np.concatenate([centre - size / 2, centre + size / 2], -1), 2).astype("float32")


def scores(rng, shape):
    """Different ones: ties are tested apart."""
    return (
        (rng.permutation(int(np.prod(shape))).reshape(shape) / max(np.prod(shape), 1) * 0.98 + 0.01)
        .round(3)
        .astype("float32")
    )


def iou(a, b):
    low, high = np.minimum(a[:2], a[2:]), np.maximum(a[:2], a[2:])
    first, last = np.minimum(b[:2], b[2:]), np.maximum(b[:2], b[2:])
    common = np.prod(np.maximum(np.minimum(high, last) - np.maximum(low, first), 0))
    union = np.prod(high - low) + np.prod(last - first) - common
    return common / union if union > 0 else 0.0


def suppressed(rows, count, top_k, most, threshold, force, class_at, score_at, box_at, sigma, floor):
    """Rows that are left with where they were: `(index, row)`, or None for a removed one."""
    order = sorted(range(count), key=lambda j: -rows[j][score_at])[: top_k if top_k > 0 else None]
    left = [[j, rows[j].copy()] for j in order]
    rival = lambda a, b: force or class_at < 0 or a[class_at] == b[class_at]
    out = []
    if sigma > 0:
        while left and (most <= 0 or len(out) < most):
            left = [x for x in left if x[1][score_at] > floor]
            if not left:
                break
            best = max(range(len(left)), key=lambda k: left[k][1][score_at])
            chosen = left.pop(best)
            out.append(chosen)
            rest = []
            for j, row in left:
                o = iou(chosen[1][box_at : box_at + 4], row[box_at : box_at + 4]) if rival(chosen[1], row) else 0.0
                if rival(chosen[1], row) and o >= threshold:
                    continue
                row[score_at] *= np.exp(-0.5 / sigma * o * o)
                rest.append([j, row])
            left = rest
        return out
    alive = [x[1][score_at] > 0 for x in left]
    result = [None] * len(left)
    kept = 0
    for a, (j, row) in enumerate(left):
        if not alive[a] or (most > 0 and kept >= most):
            continue
        kept += 1
        result[a] = (j, row)
        for b in range(a + 1, len(left)):
            if (
                alive[b]
                and rival(row, left[b][1])
                and iou(row[box_at : box_at + 4], left[b][1][box_at : box_at + 4]) >= threshold
            ):
                alive[b] = False
    return result


def non_max(
    x,
    valid,
    old,
    most=-1,
    threshold=0.5,
    force=False,
    top_k=-1,
    class_at=0,
    indices=True,
    bottom=False,
    sigma=0.0,
    floor=0.0,
):
    data = np.full_like(x, -1)
    at, number = np.full(old.shape, -1, dtype="int32"), np.zeros((len(x), 1), dtype="int32")
    for b in range(len(x)):
        found = suppressed(x[b], valid[b], top_k, most, threshold, force, class_at, 1, 2, sigma, floor)
        kept = [r for r in found if r is not None]
        number[b] = len(kept)
        at[b, : len(kept)] = [old[b, j] for j, _ in kept]
        for j, r in enumerate(kept if bottom else found):
            if r is not None:
                data[b, j] = r[1]
    if not indices:
        return data
    return (data, at, number) if sigma > 0 else (at, number)


def roi_align(x, rois, size, scale, ratio, aligned, mode):
    y = np.zeros((len(rois), x.shape[1], *size))
    h, w = x.shape[2:]
    shift = 0.5 if aligned else 0
    for r, roi in enumerate(rois):
        start, end = roi[[2, 1]] * scale - shift, roi[[4, 3]] * scale - shift
        extent = end - start if aligned else np.maximum(end - start, 1)
        part = extent / size
        points = [ratio] * 2 if ratio > 0 else np.ceil(part).astype(int)
        for at in np.ndindex(*size):
            values = []
            for k in np.ndindex(*points):
                p = start + part * (np.array(at) + (np.array(k) + 0.5) / points)
                if np.any(p < -1) or p[0] > h or p[1] > w:
                    values.append(np.zeros(x.shape[1]))
                    continue
                p = np.clip(p, 0, [h - 1, w - 1])
                lo = np.floor(p).astype(int)
                hi = np.minimum(lo + 1, [h - 1, w - 1])
                t = p - lo
                img = x[int(roi[0])]
                values.append(
                    (img[:, lo[0], lo[1]] * (1 - t[1]) + img[:, lo[0], hi[1]] * t[1]) * (1 - t[0])
                    + (img[:, hi[0], lo[1]] * (1 - t[1]) + img[:, hi[0], hi[1]] * t[1]) * t[0]
                )
            y[(r, slice(None), *at)] = np.mean(values, 0) if mode == "avg" else np.max(values, 0)
    return y


def vision():
    f = Family("vision")

    op = "vision.get_valid_counts"
    for dims, classes, options in (
        ({"b": 2, "n": 6}, True, {"score_threshold": 0.3}),
        ({"b": 1, "n": 5}, False, {"score_threshold": 0.5, "id_index": -1, "score_index": 0}),
        ({"b": 2, "n": 4}, True, {}),
        ({"b": 2, "n": 0}, True, {}),
    ):
        rng = f.rng(op)
        shape = ("b", "n", 6)
        x = np.concatenate(
            [
                rng.integers(-1, 3, sizes(("b", "n", 1), dims)),
                scores(rng, sizes(("b", "n", 1), dims)),
                boxes(rng, sizes(("b", "n"), dims)),
            ],
            -1,
        ).astype("float32")
        if not classes:
            x = np.roll(x, -1, -1)

        def ref(x):
            low, c, s = options.get("score_threshold", 0), options.get("id_index", 0), options.get("score_index", 1)
            counts, data, at = np.zeros(len(x), "int32"), np.full_like(x, -1), np.full(x.shape[:2], -1, "int32")
            for b, rows in enumerate(x):
                good = [j for j, r in enumerate(rows) if r[s] > low and (c < 0 or r[c] >= 0)]
                counts[b] = len(good)
                data[b, : len(good)], at[b, : len(good)] = rows[good], good
            return counts, data, at

        f.case(
            op,
            f"R.{op}(x" + text(**options) + ")",
            {"x": (shape, x)},
            ref,
            dims,
            tolerance="exact",
            one_form=True,
            note=" ".join(f"{k} {v}" for k, v in options.items()),
        )
    f.skip(op, rank0="has rows", broadcast="one operand")

    op = "vision.non_max_suppression"
    for dims, options in (
        ({"b": 2, "n": 8}, {}),
        ({"b": 1, "n": 8}, {"iou_threshold": 0.2, "force_suppress": True}),
        ({"b": 2, "n": 7}, {"max_output_size": 2, "iou_threshold": 0.3}),
        ({"b": 1, "n": 8}, {"top_k": 4, "iou_threshold": 0.1, "id_index": -1}),
        ({"b": 2, "n": 8}, {"return_indices": False, "iou_threshold": 0.2, "force_suppress": True}),
        (
            {"b": 1, "n": 8},
            {
                "return_indices": False,
                "iou_threshold": 0.2,
                "force_suppress": True,
                "invalid_to_bottom": True,
                "max_output_size": 3,
            },
        ),
        ({"b": 2, "n": 6}, {"soft_nms_sigma": 0.5, "iou_threshold": 0.7, "force_suppress": True}),
        (
            {"b": 1, "n": 7},
            {
                "soft_nms_sigma": 0.3,
                "iou_threshold": 1.0,
                "force_suppress": True,
                "score_threshold": 0.2,
                "max_output_size": 4,
            },
        ),
        ({"b": 1, "n": 6}, {"soft_nms_sigma": 0.4, "iou_threshold": 0.6, "return_indices": False}),
        ({"b": 2, "n": 0}, {}),
        ({"b": 0, "n": 3}, {}),
    ):
        rng = f.rng(op)
        b, n = dims["b"], dims["n"]
        x = np.concatenate([rng.integers(0, 2, (b, n, 1)), scores(rng, (b, n, 1)), boxes(rng, (b, n))], -1).astype(
            "float32"
        )
        valid = np.array([max(n - k, 0) for k in range(b)], dtype="int32")
        old = np.array([rng.permutation(n) + 10 for _ in range(b)], dtype="int32").reshape(b, n)
        names = {
            "max_output_size": "most",
            "iou_threshold": "threshold",
            "force_suppress": "force",
            "id_index": "class_at",
            "return_indices": "indices",
            "invalid_to_bottom": "bottom",
            "soft_nms_sigma": "sigma",
            "score_threshold": "floor",
        }
        f.case(
            op,
            f"R.{op}(x, valid, old" + text(**options) + ")",
            {"x": (("b", "n", 6), x), "valid": (("b",), valid), "old": (("b", "n"), old)},
            lambda x, valid, old: non_max(x, valid, old, **{names.get(k, k): v for k, v in options.items()}),
            dims,
            tolerance="sum",
            one_form=True,
            note=" ".join(f"{k} {v}" for k, v in options.items()),
        )
    f.skip(op, rank0="has rows", broadcast="one batch")

    op = "vision.all_class_non_max_suppression"
    for dims, most, overlap, low, form in (
        ({"b": 1, "c": 1, "n": 6}, 6, 0.4, 0.0, "onnx"),
        ({"b": 2, "c": 2, "n": 6}, 2, 0.3, 0.3, "onnx"),
        ({"b": 2, "c": 3, "n": 5}, 5, 0.1, 0.5, "onnx"),
        ({"b": 1, "c": 2, "n": 4}, 0, 0.5, 0.0, "onnx"),
        ({"b": 1, "c": 2, "n": 0}, 3, 0.5, 0.0, "onnx"),
        ({"b": 2, "c": 2, "n": 6}, 3, 0.3, 0.2, "tensorflow"),
        ({"b": 1, "c": 3, "n": 4}, 9, 0.6, 0.0, "tensorflow"),
    ):
        rng = f.rng(op)
        x, p = boxes(rng, sizes(("b", "n"), dims)), scores(rng, sizes(("b", "c", "n"), dims))
        shape = () if form == "onnx" and most != 2 else (1,)
        limits = [
            np.full(shape, most, dtype="int64"),
            np.full(shape, overlap, dtype="float32"),
            np.full(shape, low, dtype="float32"),
        ]

        def ref(x, p, most, overlap, low):
            b, c, n = p.shape
            found = (
                ort("NonMaxSuppression", [x, p, most.reshape(1), overlap.reshape(1), low.reshape(1)], opset=11)
                if n
                else np.zeros((0, 3), "int64")
            )
            if form == "onnx":
                out = np.zeros((b * c * n, 3), "int64")
                out[: len(found)] = found
                return out, np.array([len(found)], "int64")
            out, best, number = np.zeros((b, c * n, 2), "int64"), np.zeros((b, c * n), "float32"), np.zeros(b, "int64")
            for i, j, k in found:
                out[i, number[i]], best[i, number[i]] = (j, k), p[i, j, k]
                number[i] += 1
            return out, best, number

        f.case(
            op,
            f"R.{op}(x, p, most, overlap, low" + text(output_format=form) + ")",
            {
                "x": (("b", "n", 4), x),
                "p": (("b", "c", "n"), p),
                **{k: (shape, v) for k, v in zip(("most", "overlap", "low"), limits)},
            },
            ref,
            dims,
            tolerance="exact",
            one_form=True,
            note=form,
        )
    f.skip(op, broadcast="one batch")

    op = "vision.multibox_transform_loc"
    for dims, options in (
        ({"b": 2, "c": 3, "n": 4}, {}),
        (
            {"b": 1, "c": 2, "n": 3},
            {"clip": True, "threshold": 0.4, "variances": (0.1, 0.2, 0.3, 0.4), "keep_background": False},
        ),
        ({"b": 1, "c": 2, "n": 3}, {"apply_softmax": False, "threshold": 0.3}),
        ({"b": 0, "c": 2, "n": 2}, {}),
    ):
        rng = f.rng(op)
        cls, loc, anchor = (
            floats(rng, sizes(("b", "c", "n"), dims)),
            floats(rng, (dims["b"], 4 * dims["n"]), -1, 1),
            boxes(rng, (1, dims["n"])),
        )

        def ref(cls, loc, anchor):
            left, top, right, bottom = anchor[0].T
            e = loc.reshape(*cls.shape[::2], 4) * np.array(options.get("variances", (1, 1, 1, 1)))
            y, x = e[..., 1] * (bottom - top) + (top + bottom) / 2, e[..., 0] * (right - left) + (left + right) / 2
            h, w = np.exp(e[..., 3]) * (bottom - top) / 2, np.exp(e[..., 2]) * (right - left) / 2
            out = np.stack([y - h, x - w, y + h, x + w], -1)
            p = softmax(cls, 1) if options.get("apply_softmax", True) else cls
            p = np.where(p >= options.get("threshold", 0), p, 0)
            if not options.get("keep_background", True):
                p[:, 0] = 0
            return np.clip(out, 0, 1) if options.get("clip") else out, p

        f.case(
            op,
            f"R.{op}(cls, loc, anchor" + text(**options) + ")",
            {
                "cls": ((dims["b"], "c", dims["n"]), cls),
                "loc": ((dims["b"], 4 * dims["n"]), loc),
                "anchor": ((1, dims["n"], 4), anchor),
            },
            ref,
            {"c": dims["c"]},
            tolerance="sum",
            one_form=True,
            note=" ".join(f"{k} {v}" for k, v in options.items()),
        )
    f.skip(op, rank0="has rows", broadcast="one batch")

    op = "vision.roi_align"
    for ratio, aligned, mode, layout, scale, count in (
        (2, False, "avg", None, 1.0, 3),
        (2, True, "avg", None, 0.5, 3),
        (-1, False, "avg", None, 1.0, 3),
        (-1, True, "avg", "NHWC", 0.5, 3),
        (2, False, "max", None, 1.0, 3),
        (-1, True, "max", None, 1.0, 2),
        (1, False, "avg", "NHWC", 1.0, 1),
        (2, False, "avg", None, 1.0, 0),
    ):
        dims = {"n": 2, "c": 2, "h": 6, "w": 5, "r": count}
        rng = f.rng(op)
        x = floats(rng, sizes(("n", "c", "h", "w"), dims))
        rois = np.concatenate([rng.integers(0, 2, (count, 1)), boxes(rng, (count,)) * 2], -1).astype("float32")
        order = ("n", "h", "w", "c") if layout else ("n", "c", "h", "w")

        def ref(x, rois):
            x = np.moveaxis(x, -1, 1) if layout else x
            y = roi_align(x, rois, (3, 2), scale, ratio, aligned, mode)
            if mode == "avg" and count:
                same = ort(
                    "RoiAlign",
                    [x, rois[:, 1:], rois[:, 0].astype("int64")],
                    {
                        "output_height": 3,
                        "output_width": 2,
                        "sampling_ratio": max(ratio, 0),
                        "spatial_scale": scale,
                        "coordinate_transformation_mode": "half_pixel" if aligned else "output_half_pixel",
                        "mode": mode,
                    },
                    16,
                )
                assert np.allclose(y, same, atol=1e-4), y - same
            return np.moveaxis(y, 1, -1) if layout else y

        f.case(
            op,
            f"R.{op}(x, rois, pooled_size=(3, 2), spatial_scale={scale}"
            + text(sample_ratio=ratio, aligned=aligned, layout=layout, mode=mode)
            + ")",
            {"x": (order, np.moveaxis(x, 1, -1) if layout else x), "rois": (("r", 5), rois)},
            ref,
            dims,
            tolerance="sum",
            one_form=True,
            note=f"ratio {ratio} {mode}" + " aligned" * aligned,
        )
    op = "vision.roi_pool"
    for scale, size, count in ((1.0, (2, 3), 3), (0.5, (3, 3), 2), (1.0, (1, 1), 1), (1.0, (2, 2), 0)):
        dims = {"n": 2, "c": 2, "h": 6, "w": 5, "r": count}
        rng = f.rng(op)
        x = floats(rng, sizes(("n", "c", "h", "w"), dims))
        rois = np.concatenate([rng.integers(0, 2, (count, 1)), boxes(rng, (count,)) * 2], -1).astype("float32")
        f.case(
            op,
            f"R.{op}(x, rois, pooled_size={size}, spatial_scale={scale})",
            {"x": (("n", "c", "h", "w"), x), "rois": (("r", 5), rois)},
            lambda x, rois: (
                ort("MaxRoiPool", [x, rois], {"pooled_shape": list(size), "spatial_scale": scale})
                if count
                else np.zeros((0, 2, *size))
            ),
            dims,
            tolerance="exact",
            one_form=True,
            note=f"{size}",
        )
    f.skip("vision.roi_align vision.roi_pool", rank0="has spatial dimensions", broadcast="regions name their images")
    return f
