#include "detect/yunet_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/file.h"
#include "detect/onnx_graph.h"

namespace vigia::detect {
namespace {

using Ints = std::vector<std::int64_t>;

constexpr int kFeatures = 64;

// The values of one convolution, and the name of its input.
struct Conv {
  std::vector<float> weights;
  std::vector<float> bias;
  std::string from;
};

struct ConvShape {
  int in_per_group = 0;
  int out = 0;
  int groups = 1;
  int kernel = 1;
  int stride = 1;
};

// Follows the graph from its outputs back to its input.
class YunetReader {
 public:
  explicit YunetReader(OnnxGraph graph) : graph_(std::move(graph)) {}

  Result<YunetWeights> read() {
    std::array<std::string, kYunetLevels> features;
    for (std::size_t level = 0; level < kYunetLevels; ++level) features[level] = heads(level);
    read_shared(features);
    read_backbone(read_neck(features));
    if (graph_.failed()) return graph_.error().error();
    weights_.is_vigia_n = weights_.variant == YunetVariant::n && graph_.is_named("vigia_n");
    return std::move(weights_);
  }

 private:
  Conv conv(const std::string& output, const ConvShape& shape) {
    const std::int64_t k = shape.kernel;
    const std::int64_t pad = shape.kernel / 2;
    const auto* node = graph_.maker(output, "Conv");
    graph_.expect(node, "kernel_shape", Ints{k, k}, Ints{k, k});
    graph_.expect(node, "group", Ints{shape.groups}, Ints{1});
    graph_.expect(node, "strides", Ints{shape.stride, shape.stride}, Ints{1, 1});
    graph_.expect(node, "pads", Ints{pad, pad, pad, pad}, Ints{0, 0, 0, 0});
    graph_.expect(node, "dilations", Ints{1, 1}, Ints{1, 1});
    graph_.expect(node, "auto_pad", "NOTSET", "NOTSET");
    Conv conv;
    conv.from = graph_.input(node, 0);
    conv.weights = graph_.constant(graph_.input(node, 1), Ints{shape.out, shape.in_per_group, k, k});
    conv.bias = graph_.constant(graph_.input(node, 2), Ints{shape.out});
    return conv;
  }

  // Returns the name of the pair's input.
  std::string pair(std::string output, int in, int out, ConvPair& to) {
    if (to.relu) output = graph_.input(graph_.maker(output, "Relu"), 0);
    Conv depth = conv(output, {.in_per_group = 1, .out = out, .groups = out, .kernel = 3});
    Conv point = conv(depth.from, {.in_per_group = in, .out = out});
    to.in = in;
    to.out = out;
    to.point = std::move(point.weights);
    to.point_bias = std::move(point.bias);
    to.depth = std::move(depth.weights);
    to.depth_bias = std::move(depth.bias);
    return point.from;
  }

  // One of a level's four heads, appended to `to`. Returns the features that it reads.
  std::string head(const std::string& output, int channels, ConvPair& to) {
    const bool probability = channels == 1;  // cls and obj end with a sigmoid
    const auto* reshape =
        graph_.maker(probability ? graph_.input(graph_.maker(output, "Sigmoid"), 0) : output, "Reshape");
    const auto* transpose = graph_.maker(graph_.input(reshape, 0), "Transpose");
    graph_.expect(transpose, "perm", Ints{0, 2, 3, 1}, Ints{});
    ConvPair one{.relu = false};
    std::string from = pair(graph_.input(transpose, 0), kFeatures, channels, one);
    const auto append = [](std::vector<float>& all, const std::vector<float>& more) {
      all.insert(all.end(), more.begin(), more.end());
    };
    append(to.point, one.point);
    append(to.point_bias, one.point_bias);
    append(to.depth, one.depth);
    append(to.depth_bias, one.depth_bias);
    return from;
  }

  std::string heads(std::size_t level) {
    struct Kind {
      std::string_view name;
      int channels;
    };
    static constexpr std::array<Kind, 4> kKinds{{{"cls", 1}, {"obj", 1}, {"bbox", 4}, {"kps", 10}}};
    ConvPair& to = weights_.heads[level];
    to = {.in = kFeatures, .out = YunetHead::kChannels, .relu = false};
    std::string features;
    for (const Kind& kind : kKinds) {
      const std::string output = fmt::format("{}_{}", kind.name, kYunetStrides[level]);
      std::string from = head(output, kind.channels, to);
      if (!features.empty() && features != from) graph_.fail(output + " reads other features than its level");
      features = std::move(from);
    }
    return features;
  }

  // With the shared pair, the features at stride 8 come from a pair that follows another pair's relu;
  // without, from the neck's pair, which follows a sum.
  void read_shared(std::array<std::string, kYunetLevels>& features) {
    if (graph_.failed()) return;
    ConvPair pair_of_8;
    const std::string before = pair(features[0], kFeatures, kFeatures, pair_of_8);
    weights_.variant = graph_.kind_of_maker(before) == "Add" ? YunetVariant::s : YunetVariant::n;
    if (weights_.variant == YunetVariant::s) return;
    for (std::size_t level = 0; level < kYunetLevels; ++level) {
      features[level] = pair(features[level], kFeatures, kFeatures, weights_.shared[level]);
    }
  }

  // Returns the backbone's results that the neck takes, by level.
  std::array<std::string, kYunetLevels> read_neck(const std::array<std::string, kYunetLevels>& features) {
    std::array<std::string, kYunetLevels> taken;
    for (std::size_t level = 0; level < kYunetLevels; ++level) {
      taken[level] = pair(features[level], kFeatures, kFeatures, weights_.neck[level]);
      if (level + 1 == kYunetLevels) break;
      const auto* sum = graph_.maker(taken[level], "Add");
      const auto* resize = graph_.maker(graph_.input(sum, 1), "Resize");
      graph_.expect(resize, "mode", "nearest", "nearest");
      graph_.expect(resize, "nearest_mode", "floor", "round_prefer_floor");
      graph_.expect(resize, "coordinate_transformation_mode", "asymmetric", "half_pixel");
      const auto scales = graph_.constant(graph_.input(resize, 2), Ints{4});
      if (!std::ranges::equal(scales, std::array{1.0F, 1.0F, 2.0F, 2.0F}))
        graph_.fail("its neck does not double");
      if (graph_.input(resize, 0) != features[level + 1]) graph_.fail("its neck is joined otherwise");
      taken[level] = graph_.input(sum, 0);
    }
    return taken;
  }

  void read_backbone(const std::array<std::string, kYunetLevels>& taken) {
    const auto& channels =
        weights_.variant == YunetVariant::s ? YunetWeights::kChannelsOfS : YunetWeights::kChannelsOfN;
    std::string output = taken.back();
    for (std::size_t i = channels.size(); i-- > 0 && !graph_.failed();) {
      const auto index = static_cast<int>(i);
      if (std::ranges::count(YunetWeights::kPooledAfter, index) > 0) output = pooled(output);
      const auto* level = std::ranges::find(YunetWeights::kTakenAfter, index);
      if (level != YunetWeights::kTakenAfter.end() &&
          taken[static_cast<std::size_t>(level - YunetWeights::kTakenAfter.begin())] != output) {
        graph_.fail("its neck takes other features");
      }
      output =
          pair(output, i == 0 ? YunetWeights::kFirstOut : channels[i - 1], channels[i], weights_.backbone[i]);
    }
    Conv first = conv(graph_.input(graph_.maker(output, "Relu"), 0),
                      {.in_per_group = 3, .out = YunetWeights::kFirstOut, .kernel = 3, .stride = 2});
    graph_.expect_input(first.from, 3);
    weights_.first = std::move(first.weights);
    weights_.first_bias = std::move(first.bias);
  }

  std::string pooled(const std::string& output) {
    const auto* node = graph_.maker(output, "MaxPool");
    graph_.expect(node, "kernel_shape", Ints{2, 2}, Ints{});
    graph_.expect(node, "strides", Ints{2, 2}, Ints{1, 1});
    graph_.expect(node, "pads", Ints{0, 0, 0, 0}, Ints{0, 0, 0, 0});
    graph_.expect(node, "dilations", Ints{1, 1}, Ints{1, 1});
    graph_.expect(node, "ceil_mode", Ints{0}, Ints{0});
    graph_.expect(node, "auto_pad", "NOTSET", "NOTSET");
    return graph_.input(node, 0);
  }

  OnnxGraph graph_;
  YunetWeights weights_;
};

}  // namespace

Result<YunetWeights> parse_yunet(std::string_view content) {
  auto graph = OnnxGraph::parse(content);
  if (!graph) return graph.error();
  return YunetReader(*std::move(graph)).read();
}

Result<YunetWeights> read_yunet(const std::filesystem::path& path) {
  auto content = read_file(path, kModelBytesMax);
  if (!content) return content.error();
  auto weights = parse_yunet(*content);
  if (weights) return weights;
  return Error{weights.error().code,
               fmt::format("{}: not a usable YuNet model: {} ('vigia model' gets the published file)",
                           path.string(), weights.error().text)};
}

}  // namespace vigia::detect
