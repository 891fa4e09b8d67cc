#include "plot/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "plot/plot_axis.h"

namespace vigia::plot {
namespace {

// Pixels.
constexpr double kWidth = 960, kLeft = 76, kRight = 24;
constexpr double kHead = 64, kPanel = 250, kPanelHead = 50, kPanelFoot = 50;
constexpr double kLine = 16;  // of the subtitle
constexpr double kInner = kWidth - kLeft - kRight;
constexpr double kLetter = 6.6;  // about the width of a letter of the legend

// Light unless the viewer says dark; a viewer without media queries shows the light one.
constexpr std::string_view kStyle = R"(<style>
text{font-family:system-ui,"DejaVu Sans",Helvetica,Arial,sans-serif;font-size:12px;fill:#333}
.ground{fill:#fff}.title{font-size:18px;font-weight:600;fill:#111}.head{font-size:14px;font-weight:600}
.soft{fill:#666}.grid{stroke:#e3e3e3}.axis{stroke:#888;fill:none}
.mark{stroke:#c0392b;stroke-width:1.5;stroke-dasharray:7 4}.marktext{fill:#c0392b}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}
@media(prefers-color-scheme:dark){text{fill:#ccc}.ground{fill:#16181c}.title{fill:#f2f2f2}.soft{fill:#999}
.grid{stroke:#2e3238}.axis{stroke:#777}.mark{stroke:#ff7b6b}.marktext{fill:#ff7b6b}}
</style>
)";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        // XML knows no control characters, not even escaped.
        safe += static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
    }
  }
  return safe;
}

class Svg {
 public:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }
  // place: as SVG's text-anchor
  void text(double x, double y, std::string_view style, std::string_view place, std::string_view words) {
    add("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\" text-anchor=\"{}\">{}</text>\n", x, y, style, place,
        escaped(words));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

struct Frame {  // of one panel: where its axes lie
  Axis x, y;
  double top = 0;
  [[nodiscard]] double to_x(double value) const { return kLeft + x.place(value) * kInner; }
  [[nodiscard]] double to_y(double value) const { return top + (1 - y.place(value)) * kPanel; }
};

bool drawable(const PlotPoint& point, Scale scale) {
  return std::isfinite(point.x) && std::isfinite(point.y) && (scale == Scale::linear || point.y > 0);
}

Frame frame_of(const Panel& panel, double top) {
  Range x, y;
  for (const Series& series : panel.series) {
    for (const PlotPoint& point : series.points) {
      if (!drawable(point, panel.y_scale)) continue;
      x.include(point.x);
      y.include(point.y);
    }
  }
  for (const Mark& mark : panel.marks) {
    if (drawable({0, mark.y}, panel.y_scale)) y.include(mark.y);
  }
  return {Axis::of_x(x), Axis::of_y(y, panel.y_scale == Scale::log), top};
}

void draw_axes(Svg& svg, const Panel& panel, const Frame& frame) {
  for (const double tick : frame.y.ticks()) {
    const double y = frame.to_y(tick);
    svg.add("<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>\n", kLeft,
            kLeft + kInner, y);
    svg.text(kLeft - 8, y + 4, "soft", "end", tick_text(tick));
  }
  for (const double tick : frame.x.ticks()) {
    const double x = frame.to_x(tick);
    svg.add("<line class=\"axis\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\"/>\n", x,
            frame.top + kPanel, frame.top + kPanel + 5);
    svg.text(x, frame.top + kPanel + 19, "soft", "middle", tick_text(tick));
  }
  svg.add("<path class=\"axis\" d=\"M{0:.1f} {1:.1f}V{2:.1f}H{3:.1f}\"/>\n", kLeft, frame.top,
          frame.top + kPanel, kLeft + kInner);
  svg.text(kLeft + kInner, frame.top + kPanel + 36, "soft", "end", panel.x_label);
  svg.add(
      "<text class=\"soft\" text-anchor=\"middle\" transform=\"translate(18 {:.1f}) "
      "rotate(-90)\">{}</text>\n",
      frame.top + kPanel / 2, escaped(panel.y_label));
}

// Of each column of pixels its lowest and its highest point, in their order.
std::vector<PlotPoint> thinned(const std::vector<PlotPoint>& points, const Frame& frame) {
  if (points.size() <= 4 * static_cast<std::size_t>(kInner)) return points;
  std::vector<PlotPoint> kept;
  const auto column = [&frame](const PlotPoint& point) { return std::floor(frame.to_x(point.x)); };
  for (auto at = points.begin(); at != points.end();) {
    const auto end =
        std::find_if(at, points.end(), [&](const PlotPoint& p) { return column(p) != column(*at); });
    auto [low, high] = std::minmax_element(at, end, [](auto& a, auto& b) { return a.y < b.y; });
    if (high < low) std::swap(low, high);
    kept.push_back(*low);
    if (high != low) kept.push_back(*high);
    at = end;
  }
  return kept;
}

void draw_series(Svg& svg, const Series& series, std::string_view colour, const Frame& frame, Scale scale) {
  std::vector<PlotPoint> run;
  const auto draw_run = [&] {
    if (run.empty()) return;
    svg.add("<path class=\"line\" stroke=\"{}\" d=\"", escaped(colour));
    char command = 'M';
    for (const PlotPoint& point : thinned(run, frame)) {
      svg.add("{}{:.1f} {:.1f}", std::exchange(command, 'L'), frame.to_x(point.x), frame.to_y(point.y));
    }
    if (run.size() == 1) svg.add("h1");  // a point alone would not be seen
    svg.add("\"/>\n");
    run.clear();
  };
  for (const PlotPoint& point : series.points) {
    if (drawable(point, scale)) {
      run.push_back(point);
    } else {
      draw_run();
    }
  }
  draw_run();
}

void draw_marks(Svg& svg, const Panel& panel, const Frame& frame) {
  for (const Mark& mark : panel.marks) {
    if (!drawable({0, mark.y}, panel.y_scale)) continue;
    const double y = frame.to_y(mark.y);
    svg.add("<line class=\"mark\" x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>\n", kLeft,
            kLeft + kInner, y);
    svg.text(kLeft + kInner - 6, y - 5, "marktext", "end", mark.label);
  }
}

void draw_panel(Svg& svg, const Panel& panel, double top) {
  const Frame frame = frame_of(panel, top + kPanelHead);
  svg.text(kLeft, top + 14, "head", "start", panel.title);
  draw_axes(svg, panel, frame);
  double legend = kLeft;
  for (std::size_t i = 0; i < panel.series.size(); ++i) {
    const Series& series = panel.series[i];
    const std::string_view colour = series.colour.empty() ? line_colour(i) : series.colour;
    draw_series(svg, series, colour, frame, panel.y_scale);
    if (series.label.empty()) continue;
    svg.add("<path class=\"line\" stroke=\"{}\" d=\"M{:.1f} {:.1f}h20\"/>\n", escaped(colour), legend,
            top + 31);
    svg.text(legend + 26, top + 35, "", "start", series.label);
    legend += 50 + kLetter * static_cast<double>(series.label.size());
  }
  draw_marks(svg, panel, frame);
}

}  // namespace

std::string to_svg(const Plot& plot) {
  constexpr double kEach = kPanelHead + kPanel + kPanelFoot;
  const auto subtitles = static_cast<double>(std::count(plot.subtitle.begin(), plot.subtitle.end(), '\n'));
  double top = kHead + kLine * subtitles;
  const double height = top + kEach * static_cast<double>(plot.panels.size()) + 8;
  Svg svg;
  svg.add(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\">\n<title>{2}</title>\n{3}",
      kWidth, height, escaped(plot.title), kStyle);
  svg.add("<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
  svg.text(kLeft, 28, "title", "start", plot.title);
  double y = 47;
  for (std::size_t at = 0, end = 0; at <= plot.subtitle.size(); at = end + 1, y += kLine) {
    end = std::min(plot.subtitle.find('\n', at), plot.subtitle.size());
    svg.text(kLeft, y, "soft", "start", std::string_view(plot.subtitle).substr(at, end - at));
  }
  for (const Panel& panel : plot.panels) {
    draw_panel(svg, panel, top);
    top += kEach;
  }
  svg.add("</svg>\n");
  return svg.take();
}

std::string_view line_colour(std::size_t index) noexcept {
  constexpr std::array<std::string_view, 8> kColours = {"#2f7ed8", "#e07b00", "#1f9d55", "#a04bd6",
                                                        "#d6453d", "#0f97a8", "#b3851a", "#d4569b"};
  return kColours[index % kColours.size()];
}

}  // namespace vigia::plot
