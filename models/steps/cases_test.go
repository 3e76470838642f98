package steps_test

import "math"

type params = map[string]any

func positive(x []float32) []float32 {
	for i, v := range x {
		x[i] = float32(math.Abs(float64(v)))
	}
	return x
}

// oracleCases are windows and parameters that meet every branch of every step.
func oracleCases() (all []oracleCase) {
	add := func(step string, rows, columns int, window []float32, p params) {
		all = append(all, oracleCase{Step: step, Params: p, Rows: rows, Columns: columns, window: window})
	}
	picture := func(step string, n, height, width, depth int, p params) {
		all = append(all, oracleCase{
			Step: step, Params: p, Rows: n, Columns: height * width * depth, Picture: []int{height, width, depth}, window: bytesOf(n * height * width * depth),
		})
	}
	valueCases(add, picture)
	timeCases(add)
	for n := 1; n <= 64; n++ { // every mix of small factors
		add("fft-magnitude", n, 1, noise(n, 1, 1), nil)
	}
	for _, n := range []int{96, 100, 128, 250, 256, 360, 400, 480, 512, 600, 1000, 1024, 2048, 4096, 6000, 16000, 8192, 61 * 59, 49 * 11 * 13, 3 * 5 * 7 * 16} {
		add("fft-magnitude", n, 1, noise(n, 0, 3), nil)
	}
	for _, norm := range []string{"ortho", "forward"} {
		add("fft-magnitude", 50, 6, noise(300, 0, 3), params{"norm": norm})
	}
	soundCases(add)
	for _, filter := range []string{"bilinear", "box"} {
		for _, to := range [][2]int{{32, 24}, {96, 96}, {1, 1}, {200, 150}, {64, 20}, {33, 48}, {47, 61}, {47, 20}, {40, 46}, {40, 48}, {80, 60}} {
			picture("resize", 1, 48, 64, 3, params{"width_points": float64(to[0]), "height_points": float64(to[1]), "filter": filter})
			picture("resize", 2, 61, 47, 1, params{"width_points": float64(to[0]), "height_points": float64(to[1]), "filter": filter})
		}
	}
	return all
}

type (
	adder   func(step string, rows, columns int, window []float32, p params)
	painter func(step string, n, height, width, depth int, p params)
)

func valueCases(add adder, picture painter) {
	add("scale", 40, 3, noise(120, 5, 20), params{"mean": []float64{1, 2, 3}, "std": []float64{4, 5, 0.5}})
	add("scale", 40, 3, noise(120, 5, 20), params{"mean": []float64{7}, "std": []float64{2}})
	picture("scale", 2, 4, 5, 3, params{"mean": []float64{120, 110, 100}, "std": []float64{60, 61, 62}})
	picture("normalise", 1, 9, 7, 3, params{"divide_by": 255.0, "mean": []float64{0.485, 0.456, 0.406}, "std": []float64{0.229, 0.224, 0.225}})
	picture("normalise", 2, 9, 7, 1, params{"divide_by": 127.5, "mean": []float64{1}})
	picture("normalise", 1, 9, 7, 3, params{"divide_by": 255.0})
	add("z-score", 50, 6, noise(300, 9.81, 0.3), nil)
	add("z-score", 50, 6, noise(300, 1e4, 3), params{"ddof": 1.0})
	add("z-score", 4, 2, []float32{1.1, 1, 1.1, 2, 1.1, 3, 1.1, 4}, nil) // one channel stands still
	picture("z-score", 2, 8, 9, 3, nil)
	add("clip", 30, 4, noise(120, 0, 3), params{"low": -1.5, "high": 2.25})
	add("clip", 30, 4, noise(120, 0, 3), params{"low": -100.0, "high": 0.0})
	add("log", 30, 4, positive(noise(120, 0, 3)), nil)
	add("log", 30, 4, positive(noise(120, 0, 1e-5)), params{"eps": 0.0})
	add("decibel", 30, 4, positive(noise(120, 0, 3)), nil)
	add("decibel", 30, 4, positive(noise(120, 0, 3)), params{"ref": 2.5, "amin": 0.5, "top_db": 5.0})
	add("decibel", 3, 2, []float32{0, 1e-12, 1e-5, 1, 100, 1e6}, params{"top_db": 0.0})
	add("decibel", 3, 2, []float32{0, 1e-12, 1e-5, 1, 100, 1e6}, nil)
}

func timeCases(add adder) {
	for _, r := range [][2]float64{{48000, 16000}, {16000, 48000}, {44100, 16000}, {8000, 11025}, {100, 80}, {3, 7}, {50, 50}, {4096, 4095}} {
		p := params{"rate_hz": r[0], "to_hz": r[1]}
		add("resample", 1000, 1, tones(1000, r[0]), p)
		add("resample", 97, 3, noise(291, 1, 1), p)
		add("resample", 2, 1, noise(2, 1, 1), p)
	}
	for _, p := range []params{nil, {"type": "constant"}} {
		x := noise(300, 1000, 1)
		for i := range x {
			x[i] += float32(i) * 0.25
		}
		add("detrend", 50, 6, x, p)
		add("detrend", 2, 3, noise(6, 1, 1), p)
		add("detrend", 1, 1, []float32{5}, p)
	}
	spike := noise(400, 0, 1e-3)
	spike[100], spike[101] = 3e7, -3e7 // what follows it must not drown
	add("moving-rms", 400, 1, spike, params{"length_samples": 10.0})
	for _, l := range []float64{1, 2, 7, 49, 50} {
		add("moving-rms", 50, 6, noise(300, 1, 2), params{"length_samples": l})
		add("moving-rms", 50, 6, noise(300, 1, 2), params{"length_samples": l, "hop_samples": 3.0})
		add("moving-rms", 50, 6, noise(300, 1, 2), params{"length_samples": l, "hop_samples": 60.0})
	}
	for _, form := range []string{"periodic", "symmetric"} {
		add("hann", 50, 6, noise(300, 1, 2), params{"form": form})
		add("hann", 49, 1, noise(49, 1, 2), params{"form": form})
		add("hann", 1, 2, noise(2, 1, 2), params{"form": form})
	}
}

func soundCases(add adder) {
	base := func(more params) params {
		p := params{"rate_hz": 16000.0, "n_fft": 512.0, "hop_samples": 160.0, "n_mels": 40.0}
		for k, v := range more {
			p[k] = v
		}
		return p
	}
	for _, p := range []params{
		base(nil),
		base(params{"n_fft": 400.0, "n_mels": 80.0}), // speech models' usual frame
		base(params{"n_fft": 1024.0, "hop_samples": 256.0, "n_mels": 64.0, "fmin_hz": 50.0, "fmax_hz": 7600.0}),
		base(params{"scale": "htk", "norm": "none"}),
		base(params{"n_mels": 128.0}), // with empty filters
		base(params{"power": 1.0, "fmax_hz": 8000.0}),
		base(params{"center": false}),
		base(params{"pad_mode": "reflect"}),
		base(params{"pad_mode": "edge", "hop_samples": 77.0}),
		base(params{"win_samples": 400.0}),
		base(params{"win_samples": 401.0, "n_fft": 405.0, "scale": "htk"}),
		base(params{"fmin_hz": 7900.0, "n_mels": 2.0}),
		base(params{"n_fft": 7.0 * 11 * 4}),
	} {
		add("mel", 16000, 1, noise(16000, 0, 1), p)
		add("mel", 4000, 1, tones(4000, 16000), p)
	}
	add("mel", 2000, 3, noise(6000, 0, 1), base(nil))
	add("mel", 300, 1, noise(300, 0, 1), base(nil)) // less than a frame
	add("mfcc", 16000, 1, tones(16000, 16000), base(nil))
	add("mfcc", 16000, 1, noise(16000, 0, 1), base(params{"n_mfcc": 13.0, "lifter": 22.0, "scale": "htk"}))
	add("mfcc", 2000, 2, noise(4000, 0, 1), base(params{"n_mfcc": 40.0, "norm": "none"}))
}
