#include "detect/onnx_graph.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/io/coded_stream.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

namespace vigia::detect {
namespace {

constexpr int kNestingMax = 16;   // a model, its graph, a tensor in an attribute: 6 in the published files
constexpr int kPiecesMax = 1000;  // nodes, constants; the published files have 130 to 160

// A name from the file, made safe for one line of a log.
std::string shown(std::string_view name) {
  constexpr std::size_t kLongest = 48;
  std::string text(name.substr(0, kLongest));
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c > 0x7e || c == '\''; }, '?');
  return name.size() > kLongest ? text + "..." : text;
}

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, std::string_view name) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

// ONNX stores integers of one value as `i` and of several as `ints`.
std::vector<std::int64_t> numbers_of(const onnx::AttributeProto& attribute) {
  if (attribute.ints_size() > 0) return {attribute.ints().begin(), attribute.ints().end()};
  if (attribute.has_i()) return {attribute.i()};
  return {};
}

// Why the tensor is not `shape` floats inside the file; empty when it is.
std::string why_not(const onnx::TensorProto& tensor, std::span<const std::int64_t> shape) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    return "its numbers are in another file";
  }
  if (tensor.has_segment()) return "it is only a segment";
  if (tensor.data_type() != onnx::TensorProto::FLOAT) return "it is not of 32-bit floats";
  if (!std::ranges::equal(tensor.dims(), shape)) {
    return fmt::format("its shape is not {}", fmt::join(shape, "x"));
  }
  return {};
}

}  // namespace

struct OnnxGraph::Tables {
  onnx::ModelProto model;
  // Both point into `model`.
  std::unordered_map<std::string, const onnx::NodeProto*> makers;
  std::unordered_map<std::string, const onnx::TensorProto*> constants;

  Status fill() {
    const onnx::GraphProto& graph = model.graph();
    if (graph.node_size() == 0) return Error{ErrorCode::invalid, "there is no network in it"};
    if (graph.node_size() > kPiecesMax || graph.initializer_size() > kPiecesMax) {
      return Error{ErrorCode::invalid, fmt::format("it has {} nodes and {} constants, more than any YuNet",
                                                   graph.node_size(), graph.initializer_size())};
    }
    for (const auto& tensor : graph.initializer()) {
      if (!constants.emplace(tensor.name(), &tensor).second) return twice(tensor.name());
    }
    for (const auto& node : graph.node()) {
      for (const auto& output : node.output()) {
        if (!makers.emplace(output, &node).second) return twice(output);
      }
    }
    return ok_status();
  }

  static Error twice(std::string_view name) {
    return {ErrorCode::invalid, fmt::format("it has two things named '{}'", shown(name))};
  }
};

OnnxGraph::OnnxGraph(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
OnnxGraph::OnnxGraph(OnnxGraph&&) noexcept = default;
OnnxGraph& OnnxGraph::operator=(OnnxGraph&&) noexcept = default;
OnnxGraph::~OnnxGraph() = default;

Result<OnnxGraph> OnnxGraph::parse(std::string_view content) {
  if (static_cast<Bytes>(content.size()) > kModelBytesMax) {
    return Error{ErrorCode::invalid,
                 fmt::format("{} is more than the {} of any YuNet",
                             format_bytes(static_cast<Bytes>(content.size())), format_bytes(kModelBytesMax))};
  }
  auto tables = std::make_unique<Tables>();
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(content.data()),
                                                static_cast<int>(content.size()));
  stream.SetRecursionLimit(kNestingMax);
  if (content.empty() || !tables->model.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    return Error{ErrorCode::invalid, "it is cut off, damaged or no ONNX file"};
  }
  if (Status filled = tables->fill(); !filled) return filled.error();
  return OnnxGraph(std::move(tables));
}

const onnx::NodeProto* OnnxGraph::maker(const std::string& output, std::string_view op) {
  if (failed()) return nullptr;
  const auto found = tables_->makers.find(output);
  if (found == tables_->makers.end()) {
    fail(fmt::format("nothing in it makes '{}'", shown(output)));
    return nullptr;
  }
  if (found->second->op_type() != op) {
    fail(fmt::format("'{}' is made by {}, not by {}", shown(output), shown(found->second->op_type()), op));
    return nullptr;
  }
  return found->second;
}

std::string_view OnnxGraph::kind_of_maker(const std::string& output) const {
  const auto found = tables_->makers.find(output);
  return found == tables_->makers.end() ? std::string_view{} : std::string_view(found->second->op_type());
}

std::string OnnxGraph::input(const onnx::NodeProto* node, int index) {
  if (failed() || node == nullptr) return {};
  if (index < node->input_size()) return node->input(index);
  fail(fmt::format("a node of kind {} has no input {}", shown(node->op_type()), index));
  return {};
}

void OnnxGraph::expect(const onnx::NodeProto* node, std::string_view attribute,
                       std::span<const std::int64_t> values, std::span<const std::int64_t> fallback) {
  if (failed() || node == nullptr) return;
  const auto* found = find_attribute(*node, attribute);
  check_attribute(*node, attribute,
                  found != nullptr ? std::ranges::equal(numbers_of(*found), values)
                                   : std::ranges::equal(fallback, values));
}

void OnnxGraph::expect(const onnx::NodeProto* node, std::string_view attribute, std::string_view value,
                       std::string_view fallback) {
  if (failed() || node == nullptr) return;
  const auto* found = find_attribute(*node, attribute);
  check_attribute(*node, attribute, (found != nullptr ? std::string_view(found->s()) : fallback) == value);
}

void OnnxGraph::check_attribute(const onnx::NodeProto& node, std::string_view attribute, bool right) {
  if (right) return;
  fail(fmt::format("'{}', made by {}, has another {}",
                   node.output_size() > 0 ? shown(node.output(0)) : std::string("?"), shown(node.op_type()),
                   attribute));
}

std::vector<float> OnnxGraph::constant(const std::string& name, std::span<const std::int64_t> shape) {
  if (failed()) return {};
  const auto found = tables_->constants.find(name);
  if (found == tables_->constants.end()) {
    fail(fmt::format("the constant '{}' is missing", shown(name)));
    return {};
  }
  const onnx::TensorProto& tensor = *found->second;
  std::string reason = why_not(tensor, shape);
  std::size_t count = 1;
  for (const std::int64_t dimension : shape) count *= static_cast<std::size_t>(dimension);
  std::vector<float> numbers;
  if (reason.empty() &&
      tensor.raw_data().size() == count * sizeof(float)) {  // little-endian, as this machine
    numbers.resize(count);
    std::memcpy(numbers.data(), tensor.raw_data().data(), tensor.raw_data().size());
  } else if (reason.empty() && static_cast<std::size_t>(tensor.float_data_size()) == count) {
    numbers.assign(tensor.float_data().begin(), tensor.float_data().end());
  } else if (reason.empty()) {
    reason = fmt::format("it does not hold {} numbers", count);
  }
  if (reason.empty() && !std::ranges::all_of(numbers, [](float number) { return std::isfinite(number); })) {
    reason = "it holds numbers that are not finite";
  }
  if (reason.empty()) return numbers;
  fail(fmt::format("the constant '{}': {}", shown(name), reason));
  return {};
}

void OnnxGraph::expect_input(const std::string& name, std::int64_t channels) {
  if (failed()) return;
  for (const auto& input : tables_->model.graph().input()) {
    if (input.name() != name) continue;
    const auto& shape = input.type().tensor_type().shape();
    if (input.type().tensor_type().elem_type() == onnx::TensorProto::FLOAT && shape.dim_size() == 4 &&
        shape.dim(1).dim_value() == channels) {
      return;
    }
    fail(fmt::format("its input is not of {} channels of 32-bit floats", channels));
    return;
  }
  fail(fmt::format("'{}' is made by nothing, and is not its input", shown(name)));
}

bool OnnxGraph::is_named(std::string_view name) const {
  return tables_->model.graph().name() == name;
}

void OnnxGraph::fail(std::string text) {
  if (!failed()) error_ = Error{ErrorCode::invalid, std::move(text)};
}

}  // namespace vigia::detect
