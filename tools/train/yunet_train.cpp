// Forward and backward passes of YuNet-n with BatchNorm, for training on few CPU cores: ten times as fast
// as Debian's torch. Channels last, 32-bit floats. One Net belongs to one thread and one group of images
// (BatchNorm's statistics are those of the group). Compiled by fastnet.py with g++ -O3 -march=native.
//
// Parameters, flat: first [27][16]; then for each pair (11 backbone, 3 neck, 3 shared, by level)
// point [in][out], point bias [out], depth [9][out], gamma [out], beta [out]; for each head
// point [64][16], bias [16], depth [9][16], bias [16]. first has gamma [16], beta [16] after its weights.
// Statistics, flat: for first and each pair: mean [out], var [out].
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <sys/mman.h>
#include <xmmintrin.h>

typedef float v16 __attribute__((vector_size(64)));
static const float kEps = 1e-5f;

static float* alloc(size_t n) {
  void* p = nullptr;
  if (posix_memalign(&p, 2 << 20, (n + 64) * sizeof(float)) != 0) abort();
  madvise(p, (n + 64) * sizeof(float), MADV_HUGEPAGE);  // page faults are expensive on virtual machines
  memset(p, 0, (n + 64) * sizeof(float));
  return static_cast<float*>(p);
}
struct Buf {  // grows, never shrinks
  float* d = nullptr;
  size_t cap = 0;
  float* get(size_t n) {
    if (n > cap) {
      free(d);
      d = alloc(n);
      cap = n;
    }
    return d;
  }
  float* zeroed(size_t n) {
    float* p = get(n);
    memset(p, 0, n * sizeof(float));
    return p;
  }
  ~Buf() { free(d); }
};
static inline v16& V(float* p) {
  return *reinterpret_cast<v16*>(p);
}
static inline const v16& V(const float* p) {
  return *reinterpret_cast<const v16*>(p);
}

// y[m][NV*16] = b + x[m][K] * w[K][NV*16]
template <int MR, int NV>
static inline void micro(const float* x, int xs, const float* w, int K, const float* b, float* y, int ys) {
  v16 acc[MR][NV];
  for (int m = 0; m < MR; ++m)
    for (int v = 0; v < NV; ++v) acc[m][v] = b ? V(b + v * 16) : v16{};
  for (int k = 0; k < K; ++k) {
    v16 wv[NV];
    for (int v = 0; v < NV; ++v) wv[v] = V(w + (size_t)k * NV * 16 + v * 16);
    for (int m = 0; m < MR; ++m) {
      const float s = x[(size_t)m * xs + k];
      for (int v = 0; v < NV; ++v) acc[m][v] += s * wv[v];
    }
  }
  for (int m = 0; m < MR; ++m)
    for (int v = 0; v < NV; ++v) V(y + (size_t)m * ys + v * 16) = acc[m][v];
}
template <int NV>
static void rows(const float* x, int xs, const float* w, int K, const float* b, float* y, int ys, int M) {
  constexpr int MR = NV == 4 ? 6 : 12;
  int m = 0;
  for (; m + MR <= M; m += MR) micro<MR, NV>(x + (size_t)m * xs, xs, w, K, b, y + (size_t)m * ys, ys);
  for (; m + 4 <= M; m += 4) micro<4, NV>(x + (size_t)m * xs, xs, w, K, b, y + (size_t)m * ys, ys);
  for (; m + 2 <= M; m += 2) micro<2, NV>(x + (size_t)m * xs, xs, w, K, b, y + (size_t)m * ys, ys);
  for (; m < M; ++m) micro<1, NV>(x + (size_t)m * xs, xs, w, K, b, y + (size_t)m * ys, ys);
}
static void rows_any(const float* x, int xs, const float* w, int K, const float* b, float* y, int ys, int M,
                     int N) {
  if (N == 64)
    rows<4>(x, xs, w, K, b, y, ys, M);
  else
    rows<1>(x, xs, w, K, b, y, ys, M);
}
// dw[K][NV*16] += x[M][K]^T dy[M][NV*16]
template <int NV>
static void outer(const float* x, const float* dy, float* dw, int K, int M) {
  constexpr int KR = NV == 4 ? 4 : 16;
  for (int m0 = 0; m0 < M; m0 += 48) {
    const int m1 = m0 + 48 < M ? m0 + 48 : M;
    for (int k = 0; k < K; k += KR) {
      v16 acc[KR][NV];
      for (int i = 0; i < KR; ++i)
        for (int v = 0; v < NV; ++v) acc[i][v] = V(dw + (size_t)(k + i) * NV * 16 + v * 16);
      for (int m = m0; m < m1; ++m) {
        v16 g[NV];
        for (int v = 0; v < NV; ++v) g[v] = V(dy + (size_t)m * NV * 16 + v * 16);
        const float* s = x + (size_t)m * K + k;
        for (int i = 0; i < KR; ++i)
          for (int v = 0; v < NV; ++v) acc[i][v] += s[i] * g[v];
      }
      for (int i = 0; i < KR; ++i)
        for (int v = 0; v < NV; ++v) V(dw + (size_t)(k + i) * NV * 16 + v * 16) = acc[i][v];
    }
  }
}

// BatchNorm of one layer: statistics are gathered row by row while the values are in the cache.
struct Norm {
  int c = 0;
  double s[64], q[64];
  alignas(64) float scale[64], shift[64], mean[64], inv[64], k0[64], k1[64];
  void start(int channels) {
    c = channels;
    for (int j = 0; j < c; ++j) s[j] = q[j] = 0;
  }
  void gather(const float* z, int m) {
    alignas(64) float a[64], b[64];
    for (int v = 0; v < c; v += 16) {
      v16 sa{}, sb{};
      for (int i = 0; i < m; ++i) {
        const v16 x = V(z + (size_t)i * c + v);
        sa += x;
        sb += x * x;
      }
      V(a + v) = sa;
      V(b + v) = sb;
    }
    for (int j = 0; j < c; ++j) {
      s[j] += a[j];
      q[j] += b[j];
    }
  }
  void finish(size_t m, const float* gamma, const float* beta, float* stats, bool train) {
    for (int j = 0; j < c; ++j) {
      if (train) {
        const double mu = s[j] / m, var = q[j] / m - mu * mu;
        stats[j] = mu;
        stats[c + j] = var > 0 ? var : 0;
      }
      mean[j] = stats[j];
      inv[j] = 1.0f / std::sqrt(stats[c + j] + kEps);
      scale[j] = gamma[j] * inv[j];
      shift[j] = beta[j] - mean[j] * scale[j];
    }
  }
  void apply(const float* z, float* y, size_t m) const {
    for (size_t i = 0; i < m; ++i)
      for (int v = 0; v < c; v += 16) {
        const v16 r = V(z + i * c + v) * V(scale + v) + V(shift + v);
        V(y + i * c + v) = r > 0.0f ? r : v16{};
      }
  }
  // The sums that the gradient of z needs; adds to dgamma and dbeta.
  void backward_sums(const float* z, const float* dy, size_t m, float* dgamma, float* dbeta) {
    double sg[64] = {}, sb[64] = {};
    alignas(64) float a[64], b[64];
    for (size_t i0 = 0; i0 < m; i0 += 64) {
      const size_t i1 = i0 + 64 < m ? i0 + 64 : m;
      for (int v = 0; v < c; v += 16) {
        v16 ga{}, gb{};
        const v16 sc = V(scale + v), sh = V(shift + v), mu = V(mean + v);
        for (size_t i = i0; i < i1; ++i) {
          const v16 x = V(z + i * c + v);
          const v16 g = x * sc + sh > 0.0f ? V(dy + i * c + v) : v16{};
          gb += g;
          ga += g * (x - mu);
        }
        V(a + v) = ga;
        V(b + v) = gb;
      }
      for (int j = 0; j < c; ++j) {
        sg[j] += a[j];
        sb[j] += b[j];
      }
    }
    for (int j = 0; j < c; ++j) {
      const double g = sg[j] * inv[j];
      dgamma[j] += g;
      dbeta[j] += sb[j];
      k1[j] = scale[j] * inv[j] * g / m;
      k0[j] = scale[j] * sb[j] / m - k1[j] * mean[j];
    }
  }
  void backward_row(const float* z, const float* dy, float* dz, int m) const {
    for (int i = 0; i < m; ++i)
      for (int v = 0; v < c; v += 16) {
        const size_t at = (size_t)i * c + v;
        const v16 x = V(z + at);
        const v16 g = x * V(scale + v) + V(shift + v) > 0.0f ? V(dy + at) : v16{};
        V(dz + at) = V(scale + v) * g - (V(k0 + v) + V(k1 + v) * x);
      }
  }
};

static void pool_row(const float* a, const float* b, float* q, int ow, int c) {
  for (int x = 0; x < ow; ++x)
    for (int v = 0; v < c; v += 16) {
      const size_t i = (size_t)2 * x * c + v;
      v16 m = V(a + i), t = V(a + i + c);
      m = t > m ? t : m;
      t = V(b + i);
      m = t > m ? t : m;
      t = V(b + i + c);
      m = t > m ? t : m;
      V(q + (size_t)x * c + v) = m;
    }
}

// One row of the 3x3 convolution within channels; r0, r1, r2: padded rows.
static void depth_row(const float* r0_, const float* r1_, const float* r2_, const float* D, const float* bias,
                      float* z, int w, int c, bool flip) {
  for (int v = 0; v < c; v += 16) {
    v16 k[9];
    for (int t = 0; t < 9; ++t) k[t] = V(D + (flip ? 8 - t : t) * c + v);
    const v16 b = bias ? V(bias + v) : v16{};
    const float *r0 = r0_ + v, *r1 = r1_ + v, *r2 = r2_ + v;
    float* o = z + v;
    for (int x = 0; x < w; ++x) {
      const size_t q = (size_t)x * c;
      v16 s = b + V(r0 + q) * k[0] + V(r0 + q + c) * k[1] + V(r0 + q + 2 * c) * k[2];
      v16 t = V(r1 + q) * k[3] + V(r1 + q + c) * k[4] + V(r1 + q + 2 * c) * k[5];
      v16 u = V(r2 + q) * k[6] + V(r2 + q + c) * k[7] + V(r2 + q + 2 * c) * k[8];
      V(o + q) = s + t + u;
    }
  }
}

struct PairLayer {
  int in, out;
  bool norm;
  size_t p_off = 0, s_off = 0;  // in the parameters, in the statistics
  Norm bn;
  Buf P, Z, Y, ring, DP, WT, zrow;
  int pn = 0, ph_ = 0, pw_ = 0;
  size_t size() const { return (size_t)in * out + out + 9 * out + 2 * out - (norm ? 0 : out); }
  // pooled: where the 2x2 maximum of the result goes, or null.
  float* forward(const float* x, int n, int h, int w, const float* params, float* stats, bool train,
                 float* pooled) {
    const float* W = params + p_off;
    const float* b = W + in * out;
    const float* D = b + out;
    const float* tail = D + 9 * out;
    const int pw = w + 2, ph = h + 2;
    const size_t m = (size_t)n * h * w, row_n = (size_t)w * out, prow = (size_t)pw * out;
    bn.start(out);
    if (norm && !train) bn.finish(m, tail, tail + out, stats + s_off, false);
    const bool keep = train || !norm;
    float* p;
    if (train) {
      if (pn != n || ph_ != h || pw_ != w) {
        P.zeroed((size_t)n * ph * prow);
        pn = n;
        ph_ = h;
        pw_ = w;
      }
      p = P.d;
    } else {
      p = ring.zeroed(prow * 5);  // four rows, and one of zeros
    }
    float* z = keep ? Z.get(m * out) : Z.get(row_n);
    float* yy = norm ? Y.get(m * out) : nullptr;
    for (int i = 0; i < n; ++i) {
      auto prow_at = [&](int r) -> float* {  // r: -1..h
        if (train) return p + ((size_t)i * ph + r + 1) * prow;
        return r < 0 || r >= h ? p + 4 * prow : p + (r % 4) * prow;
      };
      for (int y = 0; y <= h; ++y) {
        const size_t at = ((size_t)i * h + y) * w;
        if (y < h) rows_any(x + at * in, in, W, in, b, prow_at(y) + out, out, w, out);
        if (y == 0) continue;
        float* zr = keep ? z + (at - w) * out : z;
        depth_row(prow_at(y - 2), prow_at(y - 1), prow_at(y), D, norm ? nullptr : tail, zr, w, out, false);
        if (!norm) continue;
        if (train) {
          bn.gather(zr, w);
          continue;
        }
        float* yr = yy + (at - w) * out;
        bn.apply(zr, yr, w);
        if (pooled && y % 2 == 0)
          pool_row(yr - row_n, yr, pooled + (((size_t)i * (h / 2) + y / 2 - 1) * (w / 2)) * out, w / 2, out);
      }
    }
    if (!norm) return z;
    if (train) {
      bn.finish(m, tail, tail + out, stats + s_off, true);
      for (size_t r = 0; r < (size_t)n * h; r += 2) {
        bn.apply(z + r * row_n, yy + r * row_n, (size_t)2 * w);
        if (pooled)
          pool_row(yy + r * row_n, yy + (r + 1) * row_n, pooled + r / 2 * (w / 2) * out, w / 2, out);
      }
    }
    return yy;
  }
  // dy: gradient of the result; dx is written.
  void backward(const float* x, const float* dy, float* dx, int n, int h, int w, const float* params,
                float* grads) {
    const float* W = params + p_off;
    const float* D = W + in * out + out;
    float* dW = grads + p_off;
    float* db = dW + in * out;
    float* dD = db + out;
    float* dtail = dD + 9 * out;
    const int pw = w + 2, ph = h + 2, c = out;
    const size_t m = (size_t)n * h * w, prow = (size_t)pw * c, row_n = (size_t)w * c;
    if (norm) bn.backward_sums(Z.d, dy, m, dtail, dtail + c);
    float* wt = WT.get((size_t)in * out);
    for (int i = 0; i < in; ++i)
      for (int o = 0; o < out; ++o) wt[(size_t)o * in + i] = W[(size_t)i * out + o];
    float* dz = ring.zeroed(prow * 5);
    const int group = w >= 48 ? 1 : (48 + w - 1) / w;  // rows that the products take at once
    float* dp = DP.get(row_n * group);
    for (int i = 0; i < n; ++i) {
      auto dz_at = [&](int r) -> float* { return r < 0 || r >= h ? dz + 4 * prow : dz + (r % 4) * prow; };
      int have = 0;
      for (int y = 0; y <= h; ++y) {
        const size_t at = ((size_t)i * h + y) * w;
        if (y < h) {
          float* g = dz_at(y) + c;
          if (norm) {
            bn.backward_row(Z.d + at * c, dy + at * c, g, w);
          } else {
            memcpy(g, dy + at * c, row_n * sizeof(float));
            for (int j = 0; j < w; ++j)
              for (int v = 0; v < c; v += 16) V(dtail + v) += V(g + (size_t)j * c + v);
          }
          const float* q0 = P.d + ((size_t)i * ph + y) * prow;
          for (int v = 0; v < c; v += 16) {
            v16 a[9];
            for (int t = 0; t < 9; ++t) a[t] = V(dD + t * c + v);
            const float *r0 = q0 + v, *r1 = r0 + prow, *r2 = r1 + prow;
            for (int xx = 0; xx < w; ++xx) {
              const size_t q = (size_t)xx * c;
              const v16 s = V(g + v + q);
              a[0] += s * V(r0 + q);
              a[1] += s * V(r0 + q + c);
              a[2] += s * V(r0 + q + 2 * c);
              a[3] += s * V(r1 + q);
              a[4] += s * V(r1 + q + c);
              a[5] += s * V(r1 + q + 2 * c);
              a[6] += s * V(r2 + q);
              a[7] += s * V(r2 + q + c);
              a[8] += s * V(r2 + q + 2 * c);
            }
            for (int t = 0; t < 9; ++t) V(dD + t * c + v) = a[t];
          }
        }
        if (y == 0) continue;
        float* d = dp + have * row_n;
        depth_row(dz_at(y - 2), dz_at(y - 1), dz_at(y), D, nullptr, d, w, c, true);
        for (int v = 0; v < c; v += 16) {
          v16 s{};
          for (int j = 0; j < w; ++j) s += V(d + (size_t)j * c + v);
          V(db + v) += s;
        }
        if (++have < group && y < h) continue;
        const size_t from = at - (size_t)have * w;
        const int px = have * w;
        if (c == 64)
          outer<4>(x + from * in, dp, dW, in, px);
        else
          outer<1>(x + from * in, dp, dW, in, px);
        if (dx) rows_any(dp, c, wt, c, nullptr, dx + from * in, in, px, in);
        have = 0;
      }
    }
  }
};

static void unpool(const float* y, const float* o, const float* go, float* g, int n, int h, int w, int c) {
  const int oh = h / 2, ow = w / 2;
  for (int i = 0; i < n; ++i)
    for (int r = 0; r < oh; ++r)
      for (int x = 0; x < ow; ++x) {
        const size_t a = (((size_t)i * h + 2 * r) * w + 2 * x) * c, b = a + (size_t)w * c,
                     q = (((size_t)i * oh + r) * ow + x) * c;
        for (int v = 0; v < c; v += 16) {
          const v16 m = V(o + q + v);
          v16 left = V(go + q + v);
          for (size_t at : {a, a + c, b, b + c}) {
            const v16 t = V(y + at + v) == m ? left : v16{};
            V(g + at + v) = t;
            left = V(y + at + v) == m ? v16{} : left;  // the first of equal ones takes all
          }
        }
      }
}

struct Net {
  static constexpr int kPairs = 11;
  PairLayer back[11], neck[3], shared[3], head[3];
  Norm bn0;
  size_t params_n = 0, stats_n = 0;
  Buf X0, Z0, Y0, first_row, pooled[11], sum[2], g1, g2, gtake[3], gfeat[3], gsh, gsum;
  int n = 0, h = 0, w = 0;
  const float* bx[11];
  float* by[11];
  float* nf[3];
  float* sf[3];
  const float* nx[3];
  Net() {
    static const int ch[11] = {16, 16, 64, 64, 64, 64, 64, 64, 64, 64, 64};
    params_n = 27 * 16 + 32;
    stats_n = 32;
    auto add = [&](PairLayer& p, int i, int o, bool norm) {
      p.in = i;
      p.out = o;
      p.norm = norm;
      p.p_off = params_n;
      p.s_off = stats_n;
      params_n += p.size();
      if (norm) stats_n += 2 * o;
    };
    for (int i = 0; i < 11; ++i) add(back[i], i ? ch[i - 1] : 16, ch[i], true);
    for (auto& p : neck) add(p, 64, 64, true);
    for (auto& p : shared) add(p, 64, 64, true);
    for (auto& p : head) add(p, 64, 16, false);
  }
  static bool pooled_after(int i) { return i == 0 || i == 4 || i == 6 || i == 8; }
  // image: [n][h][w][3] floats; out: three levels after one another, [n][h/s][w/s][16] each.
  void forward(const float* image, int n_, int h_, int w_, const float* params, float* stats, bool train,
               float* out) {
    n = n_;
    h = h_;
    w = w_;
    const int ph = h + 2, pw = w + 2, oh = h / 2, ow = w / 2;
    float* x0 = X0.zeroed((size_t)n * ph * pw * 3);
    for (int i = 0; i < n; ++i)
      for (int y = 0; y < h; ++y)
        memcpy(x0 + (((size_t)i * ph + y + 1) * pw + 1) * 3, image + ((size_t)i * h + y) * w * 3,
               sizeof(float) * w * 3);
    const size_t m = (size_t)n * oh * ow;
    float* z0 = train ? Z0.get(m * 16) : Z0.get((size_t)ow * 16);
    float* y0 = Y0.get(m * 16);
    bn0.start(16);
    if (!train) bn0.finish(m, params + 432, params + 448, stats, false);
    for (int i = 0; i < n; ++i)
      for (int y = 0; y < oh; ++y) {
        const size_t at = ((size_t)i * oh + y) * ow * 16;
        float* zr = train ? z0 + at : z0;
        for (int x = 0; x < ow; x += 8) {
          v16 acc[8] = {};
          const float* r = x0 + (((size_t)i * ph + 2 * y) * pw + 2 * x) * 3;
          for (int ky = 0; ky < 3; ++ky, r += (size_t)pw * 3)
            for (int k = 0; k < 9; ++k) {
              const v16 wv = V(params + (ky * 9 + k) * 16);
              for (int j = 0; j < 8; ++j) acc[j] += r[j * 6 + k] * wv;
            }
          for (int j = 0; j < 8; ++j) V(zr + (x + j) * 16) = acc[j];
        }
        if (train)
          bn0.gather(zr, ow);
        else
          bn0.apply(zr, y0 + at, ow);
      }
    if (train) {
      bn0.finish(m, params + 432, params + 448, stats, true);
      bn0.apply(z0, y0, m);
    }
    const float* x = y0;
    int ch_ = oh, cw = ow, level = 0;
    const float* taken[3];
    for (int i = 0; i < 11; ++i) {
      bx[i] = x;
      float* o = pooled_after(i) ? pooled[i].get((size_t)n * (ch_ / 2) * (cw / 2) * back[i].out) : nullptr;
      by[i] = back[i].forward(x, n, ch_, cw, params, stats, train, o);
      x = by[i];
      if (i == 6 || i == 8 || i == 10) taken[level++] = x;
      if (o) {
        x = o;
        ch_ /= 2;
        cw /= 2;
      }
    }
    for (int k = 2; k >= 0; --k) {
      const int s = 8 << k, lh = h / s, lw = w / s;
      nx[k] = taken[k];
      if (k < 2) {
        float* q = sum[k].get((size_t)n * lh * lw * 64);
        for (int i = 0; i < n; ++i)
          for (int y = 0; y < lh; ++y)
            for (int xx = 0; xx < lw; ++xx) {
              const size_t a = (((size_t)i * lh + y) * lw + xx) * 64,
                           b = (((size_t)i * (lh / 2) + y / 2) * (lw / 2) + xx / 2) * 64;
              for (int v = 0; v < 64; v += 16) V(q + a + v) = V(taken[k] + a + v) + V(nf[k + 1] + b + v);
            }
        nx[k] = q;
      }
      nf[k] = neck[k].forward(nx[k], n, lh, lw, params, stats, train, nullptr);
    }
    for (int k = 0; k < 3; ++k) {
      const int s = 8 << k, lh = h / s, lw = w / s;
      sf[k] = shared[k].forward(nf[k], n, lh, lw, params, stats, train, nullptr);
      const float* o = head[k].forward(sf[k], n, lh, lw, params, stats, train, nullptr);
      memcpy(out, o, sizeof(float) * n * lh * lw * 16);
      out += (size_t)n * lh * lw * 16;
    }
  }
  // After a training forward pass: adds to grads.
  void backward(const float* dout, const float* params, float* grads) {
    for (int k = 0; k < 3; ++k) {
      const int s = 8 << k, lh = h / s, lw = w / s;
      const size_t m = (size_t)n * lh * lw;
      float* a = gsh.get(m * 64);
      head[k].backward(sf[k], dout, a, n, lh, lw, params, grads);
      float* f = gfeat[k].get(m * 64);
      shared[k].backward(nf[k], a, f, n, lh, lw, params, grads);
      dout += m * 16;
    }
    for (int k = 0; k < 3; ++k) {
      const int s = 8 << k, lh = h / s, lw = w / s;
      float* t = gtake[k].get((size_t)n * lh * lw * 64);
      neck[k].backward(nx[k], gfeat[k].d, t, n, lh, lw, params, grads);
      if (k < 2)
        for (int i = 0; i < n; ++i)
          for (int y = 0; y < lh; ++y)
            for (int xx = 0; xx < lw; ++xx) {
              const size_t a = (((size_t)i * lh + y) * lw + xx) * 64,
                           b = (((size_t)i * (lh / 2) + y / 2) * (lw / 2) + xx / 2) * 64;
              for (int v = 0; v < 64; v += 16) V(gfeat[k + 1].d + b + v) += V(t + a + v);
            }
    }
    int ch_ = h / 32, cw = w / 32, level = 2;
    float* g = gtake[2].d;  // gradient of by[10]
    Buf* free_ = &g1;
    Buf* other = &g2;
    for (int i = 10; i >= 0; --i) {
      const int c_in = back[i].in;
      float* dx = free_->get((size_t)n * ch_ * cw * c_in);
      back[i].backward(bx[i], g, dx, n, ch_, cw, params, grads);
      g = dx;
      std::swap(free_, other);
      if (i == 0) break;
      if (pooled_after(i - 1)) {
        ch_ *= 2;
        cw *= 2;
        float* u = free_->get((size_t)n * ch_ * cw * c_in);
        unpool(by[i - 1], bx[i], g, u, n, ch_, cw, c_in);
        g = u;
        std::swap(free_, other);
      }
      if (i - 1 == 8 || i - 1 == 6) {
        --level;
        const size_t m = (size_t)n * ch_ * cw * 64;
        for (size_t j = 0; j < m; j += 16) V(g + j) += V(gtake[level].d + j);
      }
    }
    const int ph = h + 2, pw = w + 2, oh = h / 2, ow = w / 2;
    bn0.backward_sums(Z0.d, g, (size_t)n * oh * ow, grads + 432, grads + 448);
    float* dz = first_row.get((size_t)ow * 16);
    v16 a[27] = {};
    for (int i = 0; i < n; ++i)
      for (int y = 0; y < oh; ++y) {
        const size_t at = ((size_t)i * oh + y) * ow * 16;
        bn0.backward_row(Z0.d + at, g + at, dz, ow);
        const float* r = X0.d + ((size_t)i * ph + 2 * y) * pw * 3;
        for (int ky = 0; ky < 3; ++ky, r += (size_t)pw * 3) {
          v16 b[9];
          for (int k = 0; k < 9; ++k) b[k] = a[ky * 9 + k];
          for (int x = 0; x < ow; ++x) {
            const v16 s = V(dz + x * 16);
            for (int k = 0; k < 9; ++k) b[k] += r[x * 6 + k] * s;
          }
          for (int k = 0; k < 9; ++k) a[ky * 9 + k] = b[k];
        }
      }
    for (int k = 0; k < 27; ++k) V(grads + k * 16) += a[k];
  }
};

extern "C" {
void* net_new() {
  return new Net;
}
long net_params(void* n) {
  return static_cast<Net*>(n)->params_n;
}
long net_stats(void* n) {
  return static_cast<Net*>(n)->stats_n;
}
void net_forward(void* net, const float* image, int n, int h, int w, const float* params, float* stats,
                 int train, float* out) {
  _mm_setcsr(_mm_getcsr() | 0x8040);  // numbers near zero are zero: denormal ones are slow
  static_cast<Net*>(net)->forward(image, n, h, w, params, stats, train != 0, out);
}
void net_backward(void* net, const float* dout, const float* params, float* grads) {
  _mm_setcsr(_mm_getcsr() | 0x8040);
  static_cast<Net*>(net)->backward(dout, params, grads);
}
}
