// A view of an ONNX graph that returns only checked content: made for files that may be truncated, damaged or
// malicious.
//
// The first error is remembered and every later call returns something empty, so a reader can follow the
// graph without checks and look at error() once, at the end.
// Guarantee: memory and time are bounded by kModelBytesMax; nothing is read from other files.
// Threads: owner thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace onnx {
class AttributeProto;
class NodeProto;
}  // namespace onnx

namespace vigia::detect {

// The published files have 0.2 and 0.3 MB. A parsed message may take tens of times its file's size,
// and so this is also what bounds the memory of reading one.
inline constexpr Bytes kModelBytesMax = 1_MiB;

class OnnxGraph {
 public:
  // Errors: invalid (not protobuf, too large, no graph, names used twice).
  static Result<OnnxGraph> parse(std::string_view content);
  OnnxGraph(OnnxGraph&&) noexcept;
  OnnxGraph& operator=(OnnxGraph&&) noexcept;
  ~OnnxGraph();

  // The node that makes `output`, which must be of the kind `op`. nullptr: it is not.
  const onnx::NodeProto* maker(const std::string& output, std::string_view op);
  // The kind of the node that makes `output`; empty when none does.
  [[nodiscard]] std::string_view kind_of_maker(const std::string& output) const;
  // The name of its input; empty when it has no such input. node may be nullptr.
  std::string input(const onnx::NodeProto* node, int index);

  // Attributes must have these values. `fallback`: ONNX's default for a missing one.
  void expect(const onnx::NodeProto* node, std::string_view attribute, std::span<const std::int64_t> values,
              std::span<const std::int64_t> fallback);
  void expect(const onnx::NodeProto* node, std::string_view attribute, std::string_view value,
              std::string_view fallback);

  // The numbers of a constant of this shape: 32-bit floats, finite, inside the file.
  std::vector<float> constant(const std::string& name, std::span<const std::int64_t> shape);
  // `name` must be the network's input, with this many channels.
  void expect_input(const std::string& name, std::int64_t channels);

  [[nodiscard]] bool is_named(std::string_view name) const;

  void fail(std::string text);
  [[nodiscard]] bool failed() const noexcept { return !error_.ok(); }
  [[nodiscard]] const Status& error() const noexcept { return error_; }

 private:
  struct Tables;
  explicit OnnxGraph(std::unique_ptr<Tables> tables);
  void check_attribute(const onnx::NodeProto& node, std::string_view attribute, bool right);

  std::unique_ptr<Tables> tables_;
  Status error_;
};

}  // namespace vigia::detect
