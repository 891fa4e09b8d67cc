#include "sim/painter.h"

#include <algorithm>
#include <cmath>

#include "base/dice.h"
#include "sim/blend.h"
#include "sim/look.h"
#include "sim/room_art.h"

namespace vigia::sim {
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

Stand stand_of(const Person& person) {
  return {person.face.centre().x, person.face.top, person.face.width, person.yaw, person.blur};
}

struct Covered {
  int left, right, top, bottom;
};

// Fills a box with one grey; returns the part of the picture that it covers: even numbers, as chroma is half
// as large.
Covered fill(I420Image& picture, const domain::Box& box, std::uint8_t grey) {
  const auto even = [](float v, int most) { return std::clamp(static_cast<int>(v / 2) * 2, 0, most); };
  const Covered area{even(box.left, picture.size.width), even(box.right(), picture.size.width),
                     even(box.top, picture.size.height), even(box.bottom(), picture.size.height)};
  for (int y = area.top; y < area.bottom; ++y) {
    const auto row = picture.y.begin() + static_cast<std::ptrdiff_t>(y) * picture.luma_stride();
    std::fill(row + area.left, row + area.right, grey);
  }
  for (int y = area.top / 2; y < area.bottom / 2; ++y) {
    for (auto* plane : {&picture.u, &picture.v}) {
      const auto row = plane->begin() + static_cast<std::ptrdiff_t>(y) * picture.chroma_stride();
      std::fill(row + area.left / 2, row + area.right / 2, std::uint8_t{128});
    }
  }
  return area;
}

Appearance look_now(const Person& person, const SceneOptions& options) {
  if (options.kind == SceneKind::plain) return look_of(options.seed, person.number);
  const Appearance look = distinct_look_of(options.seed, person.number);
  if (person.eyes_closed) return with_eyes_closed(look);
  return person.mouth_open ? with_mouth_open(look) : look;
}

// The number by which figure_of() distinguishes expressions.
int face_of(const Person& person) {
  return person.eyes_closed ? 1 : person.mouth_open ? 2 : 0;
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
    if (person.depth > Depth::behind_pillar && !pillar_done) {
      put_pillar_before();
      pillar_done = true;
    }
    if (person.poster) {
      paint_poster(person);
    } else {
      paint_person(person);
    }
    if (person.paper.width > 0) paint_paper(person.paper);
  }
  if (!pillar_done) put_pillar_before();
  add_noise(t);
  return canvas_;
}

void Painter::paint_person(const Person& person) {
  const PersonLayers& figure = figure_of(person);
  const Stand stand = stand_of(person);
  draw_down_to_floor(figure.body, stand, canvas_, patch_);
  draw_layer(figure.back, stand, canvas_, patch_);
  draw_layer(figure.body, stand, canvas_, patch_);
  draw_head(figure, stand, canvas_, patch_);
}

// A sheet with a portrait on it: the figure as it is, down to where its layers end.
void Painter::paint_poster(const Person& person) {
  const PersonLayers& figure = figure_of(person);
  const Stand stand = stand_of(person);
  const float width = person.face.width;
  const domain::Box body = figure.body.area;
  const domain::Box sheet{stand.x + body.left * width, stand.top - 0.55F * width, body.width * width,
                          (body.bottom() + 0.55F) * width};
  fill(canvas_, sheet, 188);
  draw_layer(figure.back, stand, canvas_, patch_);
  draw_layer(figure.body, stand, canvas_, patch_);
  draw_head(figure, stand, canvas_, patch_);
}

// White, with lines of print.
void Painter::paint_paper(const domain::Box& paper) {
  const Covered area = fill(canvas_, paper, 214);
  const int margin = (area.right - area.left) / 10;
  for (int y = area.top; y < area.bottom; ++y) {
    const auto row = canvas_.y.begin() + static_cast<std::ptrdiff_t>(y) * canvas_.luma_stride();
    const float line = (static_cast<float>(y) - paper.top) / paper.height * 14;
    if (line > 1 && line < 13 && line - std::floor(line) < 0.4F) {
      std::fill(row + area.left + margin, row + area.right - margin, std::uint8_t{150});
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

const PersonLayers& Painter::figure_of(const Person& person) {
  const std::pair key(person.number, face_of(person));
  auto found = figures_.find(key);
  if (found == figures_.end()) {
    const float scale = std::clamp(kLargestFace * static_cast<float>(canvas_.size.height), 96.0F, 400.0F);
    found = figures_.emplace(key, paint_figure(look_now(person, scene_.options()), scale)).first;
  }
  return found->second;
}

void Painter::forget_who_left(const std::vector<Person>& present) {
  std::erase_if(figures_, [&](const auto& entry) {
    return std::none_of(present.begin(), present.end(),
                        [&](const Person& p) { return p.number == entry.first.first; });
  });
}

}  // namespace vigia::sim
