#include "camera/sim/painter.h"

#include <algorithm>
#include <cmath>

#include "camera/sim/blend.h"
#include "camera/sim/dice.h"
#include "camera/sim/look.h"
#include "camera/sim/room_art.h"

namespace vigia::camera::sim {
namespace {

constexpr int kNoiseSpare = 64;  // how far the noise may be shifted, in pixels each way
constexpr float kNoiseSigma = 1.6F;
constexpr float kLargestFace = 172.0F / 720;  // of the picture's height: painted at full detail

// Sums of four even numbers: close enough to a sensor's noise.
std::vector<std::int8_t> make_noise(domain::Size size, std::uint64_t seed) {
  Dice dice{seed, 0x7015e};
  std::vector<std::int8_t> noise(static_cast<std::size_t>(size.width + kNoiseSpare) *
                                 static_cast<std::size_t>(size.height + kNoiseSpare));
  for (std::int8_t& value : noise) {
    float sum = 0;
    std::uint64_t bits = dice.next();
    for (int i = 0; i < 4; ++i, bits >>= 16) sum += static_cast<float>(bits & 0xffff) / 65536 - 0.5F;
    value = static_cast<std::int8_t>(std::lround(sum * kNoiseSigma / std::sqrt(4.0F / 12)));
  }
  return noise;
}

}  // namespace

Painter::Painter(const Scene& scene)
    : scene_(scene),
      room_(paint_room(scene)),
      noise_(make_noise(scene.options().size, scene.options().seed)),
      canvas_(scene.options().size) {}

const I420Image& Painter::paint(Nanoseconds t) {
  canvas_ = room_;
  const std::vector<Person> people = scene_.people_at(t);
  forget_who_left(people);
  bool pillar_done = false;
  for (const Person& person : people) {
    if (person.depth != Depth::behind_pillar && !pillar_done) {
      put_pillar_before();
      pillar_done = true;
    }
    paint_person(person);
  }
  if (!pillar_done) put_pillar_before();
  add_noise(t);
  return canvas_;
}

void Painter::paint_person(const Person& person) {
  const Figure& figure = figure_of(person.number);
  const Stand stand{person.face.centre().x, person.face.top, person.face.width, person.yaw, person.blur};
  draw_down_to_floor(figure.body, stand, canvas_, patch_);
  draw_layer(figure.back, stand, canvas_, patch_);
  draw_layer(figure.body, stand, canvas_, patch_);
  draw_head(figure, stand, canvas_, patch_);
  if (person.paper.width > 0) paint_paper(person.paper);
}

// White, with lines of print.
void Painter::paint_paper(const domain::Box& paper) {
  const auto even = [](float v, int most) { return std::clamp(static_cast<int>(v / 2) * 2, 0, most); };
  const int left = even(paper.left, canvas_.size.width), right = even(paper.right(), canvas_.size.width);
  const int top = even(paper.top, canvas_.size.height), bottom = even(paper.bottom(), canvas_.size.height);
  const int margin = (right - left) / 10;
  const auto at = [](int y, int stride, int x) { return static_cast<std::ptrdiff_t>(y) * stride + x; };
  for (int y = top; y < bottom; ++y) {
    const auto row = canvas_.y.begin() + at(y, canvas_.luma_stride(), 0);
    std::fill(row + left, row + right, std::uint8_t{214});
    const float line = (static_cast<float>(y) - paper.top) / paper.height * 14;
    if (line > 1 && line < 13 && line - std::floor(line) < 0.4F) {
      std::fill(row + left + margin, row + right - margin, std::uint8_t{150});
    }
  }
  for (int y = top / 2; y < bottom / 2; ++y) {
    for (auto* plane : {&canvas_.u, &canvas_.v}) {
      const auto row = plane->begin() + at(y, canvas_.chroma_stride(), 0);
      std::fill(row + left / 2, row + right / 2, std::uint8_t{128});
    }
  }
}

void Painter::put_pillar_before() {
  const domain::Box pillar = scene_.pillar();
  const int left = static_cast<int>(pillar.left) / 2 * 2;
  const int right = std::min(canvas_.size.width, static_cast<int>(std::ceil(pillar.right() / 2)) * 2);
  const auto copy = [](const std::vector<std::uint8_t>& from, std::vector<std::uint8_t>& to, int stride,
                       int begin, int end) {
    for (std::size_t row = 0; row < from.size(); row += static_cast<std::size_t>(stride)) {
      std::copy(from.begin() + static_cast<std::ptrdiff_t>(row) + begin,
                from.begin() + static_cast<std::ptrdiff_t>(row) + end,
                to.begin() + static_cast<std::ptrdiff_t>(row) + begin);
    }
  };
  copy(room_.y, canvas_.y, canvas_.luma_stride(), left, right);
  copy(room_.u, canvas_.u, canvas_.chroma_stride(), left / 2, right / 2);
  copy(room_.v, canvas_.v, canvas_.chroma_stride(), left / 2, right / 2);
}

void Painter::add_noise(Nanoseconds t) {
  Dice dice{scene_.options().seed, static_cast<std::uint64_t>(t.count())};
  const auto [width, height] = canvas_.size;
  const auto stride = static_cast<std::size_t>(width) + kNoiseSpare;
  const auto shift_x = static_cast<std::size_t>(dice.below(kNoiseSpare));
  const auto shift_y = static_cast<std::size_t>(dice.below(kNoiseSpare));
  for (int y = 0; y < height; ++y) {
    const std::int8_t* noise = noise_.data() + (static_cast<std::size_t>(y) + shift_y) * stride + shift_x;
    std::uint8_t* row = canvas_.y.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    for (int x = 0; x < width; ++x) {
      row[x] = static_cast<std::uint8_t>(std::clamp(row[x] + noise[x], 0, 255));
    }
  }
}

const Figure& Painter::figure_of(std::int64_t person) {
  auto found = figures_.find(person);
  if (found == figures_.end()) {
    const float scale = std::clamp(kLargestFace * static_cast<float>(canvas_.size.height), 96.0F, 400.0F);
    found = figures_.emplace(person, paint_figure(look_of(scene_.options().seed, person), scale)).first;
  }
  return found->second;
}

void Painter::forget_who_left(const std::vector<Person>& present) {
  std::erase_if(figures_, [&](const auto& entry) {
    return std::none_of(present.begin(), present.end(),
                        [&](const Person& p) { return p.number == entry.first; });
  });
}

}  // namespace vigia::camera::sim
