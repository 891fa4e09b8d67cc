#include "detect/dnnl_graph.h"

#include <algorithm>
#include <oneapi/dnnl/dnnl.hpp>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "detect/depth_kernels.h"
#include "detect/one_thread.h"

namespace vigia::detect {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;
using Dims = memory::dims;
constexpr auto kFloat = memory::data_type::f32;
constexpr auto kBfloat = memory::data_type::bf16;
constexpr auto kInference = dnnl::prop_kind::forward_inference;

// oneDNN chooses the layout.
memory::desc any(const Dims& dims, memory::data_type type) {
  return {dims, type, Tag::any};
}

bool cpu_has_all(dnnl::cpu_isa needed) noexcept {
  // Each bit is a set of instructions.
  const auto bits = static_cast<unsigned>(needed);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & bits) == bits;
}

// Number of channels side by side before the next cell follows.
int block_of(const memory::desc& desc) {
  const auto is = [&](Tag tag) { return desc == memory::desc(desc.dims(), desc.data_type(), tag); };
  if (is(Tag::nhwc)) return static_cast<int>(desc.dims()[1]);
  if (is(Tag::nChw16c)) return 16;
  if (is(Tag::nChw8c)) return 8;
  throw std::runtime_error("a layout of tensors that Vigia does not know");
}

// New ones each time, since copies of oneDNN's attributes share state. The scratchpad is ours, as oneDNN's
// own would belong to the thread that makes a layer.
dnnl::primitive_attr attributes(const dnnl::post_ops& post = {}) {
  dnnl::primitive_attr made;
  made.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  made.set_post_ops(post);
  return made;
}

}  // namespace

struct DnnlGraph::State {
  // A step that oneDNN does not execute.
  struct Depth {
    DepthLayer layer;
    Tensor from, to;
    DepthTensor in{}, out{};  // from finish() on
  };
  struct Step {
    dnnl::primitive primitive;
    std::string implementation;
    memory::desc scratchpad;
    std::vector<std::pair<int, Tensor>> tensors;
    std::unordered_map<int, memory> arguments;  // the constants; from finish() on, all
    std::vector<dnnl_exec_arg_t> list{};        // the same as oneDNN wants them, made once in finish()
    std::unique_ptr<Depth> depth{};
  };
  struct Place {
    memory::desc desc;
    std::size_t slot;
  };
  struct Slot {
    std::size_t bytes = 0;  // of the largest of those that share it
    bool busy = false;
    memory storage;
  };

  explicit State(Precision precision)
      : type(precision == Precision::bf16 ? kBfloat : kFloat),
        tiles(type == kBfloat && cpu_has_all(dnnl::cpu_isa::avx512_core_amx)) {}

  const memory::data_type type;  // of what pairs give
  const bool tiles;              // AMX
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  memory scratchpad;  // one for all steps
  std::vector<Step> steps;
  std::vector<Place> places;  // of the tensors, by index
  std::vector<Slot> slots;
  Bytes bytes = 0;

  const memory::desc& desc(Tensor tensor) const {
    return places[static_cast<std::size_t>(tensor.index)].desc;
  }
  Slot& slot(Tensor tensor) { return slots[places[static_cast<std::size_t>(tensor.index)].slot]; }

  Tensor take(const memory::desc& desc) {
    auto slot = std::ranges::find(slots, false, &Slot::busy);
    if (slot == slots.end()) slot = slots.emplace(slots.end());
    slot->busy = true;
    slot->bytes = std::max(slot->bytes, desc.get_size());
    places.push_back({desc, static_cast<std::size_t>(slot - slots.begin())});
    return {static_cast<int>(places.size()) - 1};
  }

  template <class Chosen>
  Step& add(dnnl::primitive primitive, const Chosen& chosen, Tensor from, Tensor to) {
    steps.push_back({std::move(primitive),
                     chosen.impl_info_str(),
                     chosen.scratchpad_desc(),
                     {{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, to}},
                     {}});
    return steps.back();
  }

  // A copy of the numbers in the layout that a layer wants.
  memory constant(std::span<const float> numbers, const memory::desc& plain, const memory::desc& wanted) {
    memory to(wanted, engine);
    // oneDNN only reads from it, but its interface has no way to say so.
    memory from(plain, engine, const_cast<float*>(numbers.data()));
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
    bytes += static_cast<Bytes>(wanted.get_size());
    return to;
  }

  memory allocate(std::size_t size) {
    bytes += static_cast<Bytes>(size);
    return {{{static_cast<memory::dim>(size)}, memory::data_type::u8, Tag::a}, engine};
  }

  // In the data type of `from`. If `to` has no layout, oneDNN chooses one.
  Tensor convolved(Tensor from, const memory::desc& to, const Convolution& layer,
                   const dnnl::post_ops& post) {
    const OneThread one_thread;  // oneDNN splits the work for the present number of threads
    const Dims shape{layer.out, layer.in, layer.kernel, layer.kernel};
    const memory::dim pad = layer.kernel / 2;
    const dnnl::convolution_forward::desc wanted(kInference, dnnl::algorithm::convolution_direct, desc(from),
                                                 any(shape, desc(from).data_type()), any({layer.out}, kFloat),
                                                 to, {layer.stride, layer.stride}, {pad, pad}, {pad, pad});
    const dnnl::convolution_forward::primitive_desc chosen(wanted, attributes(post), engine);
    const Tensor result = take(chosen.dst_desc());
    auto& arguments = add(dnnl::convolution_forward(chosen), chosen, from, result).arguments;
    arguments[DNNL_ARG_WEIGHTS] = constant(layer.weights, {shape, kFloat, Tag::oihw}, chosen.weights_desc());
    arguments[DNNL_ARG_BIAS] = constant(
        layer.bias, {{static_cast<memory::dim>(layer.bias.size())}, kFloat, Tag::a}, chosen.bias_desc());
    return result;
  }

  // The second half of a pair.
  Tensor depth(Tensor from, const Pair& layer) {
    const Dims in = desc(from).dims();
    const int shrink = layer.pool ? 2 : 1;
    const auto block = block_of(desc(from));
    const bool last = tiles || layer.floats;
    const memory::desc wanted({1, layer.out, in[2] / shrink, in[3] / shrink}, layer.floats ? kFloat : type,
                              last         ? Tag::nhwc
                              : block == 8 ? Tag::nChw8c
                                           : Tag::nChw16c);
    const Tensor to = take(wanted);
    auto step =
        std::make_unique<Depth>(Depth{.layer = {.width = static_cast<int>(in[3]),
                                                .height = static_cast<int>(in[2]),
                                                .channels = layer.out,
                                                .from_block = block,
                                                .to_block = block_of(wanted),
                                                .weights = by_tap(layer.depth_weights),
                                                .bias = {layer.depth_bias.begin(), layer.depth_bias.end()},
                                                .relu = layer.relu,
                                                .pool = layer.pool},
                                      .from = from,
                                      .to = to});
    bytes += static_cast<Bytes>((layer.depth_weights.size() + layer.depth_bias.size()) * sizeof(float));
    steps.push_back({.implementation = "depth", .depth = std::move(step)});
    return to;
  }

  DepthTensor depth_tensor(Tensor tensor) {
    return {slot(tensor).storage.get_data_handle(), desc(tensor).data_type() == kBfloat};
  }
};

bool DnnlGraph::cpu_has(Precision precision) noexcept {
  return precision == Precision::f32 || cpu_has_all(dnnl::cpu_isa::avx512_core_bf16);
}

DnnlGraph::DnnlGraph(Precision precision) : state_(std::make_unique<State>(precision)) {}
DnnlGraph::DnnlGraph(DnnlGraph&&) noexcept = default;
DnnlGraph& DnnlGraph::operator=(DnnlGraph&&) noexcept = default;
DnnlGraph::~DnnlGraph() = default;

DnnlGraph::Tensor DnnlGraph::input(int channels, domain::Size size) {
  return state_->take({{1, channels, size.height, size.width}, kFloat, Tag::nchw});
}

DnnlGraph::Tensor DnnlGraph::convolution(Tensor from, const Convolution& layer) {
  dnnl::post_ops post;
  post.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
  const Dims in = state_->desc(from).dims();
  return state_->convolved(from, any({1, layer.out, in[2] / layer.stride, in[3] / layer.stride}, kFloat),
                           layer, post);
}

DnnlGraph::Tensor DnnlGraph::pair(Tensor from, const Pair& layer) {
  const Dims in = state_->desc(from).dims();
  const auto type = layer.floats ? kFloat : state_->desc(from).data_type();
  const bool bf16 = state_->desc(from).data_type() == kBfloat;
  const memory::desc half({1, layer.out, in[2], in[3]}, type, state_->tiles && bf16 ? Tag::nhwc : Tag::any);
  const Tensor middle = state_->convolved(
      from, half, {.in = layer.in, .out = layer.out, .weights = layer.weights, .bias = layer.bias}, {});
  const Tensor to = state_->depth(middle, layer);
  give_back(middle);
  return to;
}

DnnlGraph::Tensor DnnlGraph::pooled(Tensor from) {
  const OneThread one_thread;
  const Dims in = state_->desc(from).dims();
  const dnnl::pooling_forward::desc wanted(
      kInference, dnnl::algorithm::pooling_max, state_->desc(from),
      any({1, in[1], in[2] / 2, in[3] / 2}, state_->desc(from).data_type()), {2, 2}, {2, 2}, {0, 0}, {0, 0});
  const dnnl::pooling_forward::primitive_desc chosen(wanted, attributes(), state_->engine);
  const Tensor to = state_->take(chosen.dst_desc());
  state_->add(dnnl::pooling_forward(chosen), chosen, from, to);
  return to;
}

void DnnlGraph::add_doubled(Tensor coarser, Tensor finer) {
  const OneThread one_thread;
  dnnl::post_ops post;
  post.append_sum();
  const dnnl::resampling_forward::desc wanted(kInference, dnnl::algorithm::resampling_nearest,
                                              state_->desc(coarser), state_->desc(finer));
  const dnnl::resampling_forward::primitive_desc chosen(wanted, attributes(post), state_->engine);
  state_->add(dnnl::resampling_forward(chosen), chosen, coarser, finer);
}

void DnnlGraph::give_back(Tensor tensor) {
  state_->slot(tensor).busy = false;
}

void DnnlGraph::finish() {
  State& state = *state_;
  for (State::Slot& slot : state.slots) slot.storage = state.allocate(slot.bytes);
  std::size_t most = 1;
  for (const State::Step& step : state.steps) {
    if (!step.depth) most = std::max(most, step.scratchpad.get_size());
  }
  state.scratchpad = state.allocate(most);
  for (State::Step& step : state.steps) {
    if (step.depth) {
      step.depth->in = state.depth_tensor(step.depth->from);
      step.depth->out = state.depth_tensor(step.depth->to);
      continue;
    }
    for (const auto& [argument, tensor] : step.tensors) {
      step.arguments[argument] =
          memory(state.desc(tensor), state.engine, state.slot(tensor).storage.get_data_handle());
    }
    if (step.scratchpad.get_size() > 0) {
      step.arguments[DNNL_ARG_SCRATCHPAD] =
          memory(step.scratchpad, state.engine, state.scratchpad.get_data_handle());
    }
    for (const auto& [argument, value] : step.arguments) step.list.push_back({argument, value.get()});
  }
}

void DnnlGraph::run() {
  const OneThread one_thread;
  // Through the C interface: that of C++ makes a new list at each call.
  for (const State::Step& step : state_->steps) {
    if (step.depth) {
      depth_convolution(step.depth->layer, step.depth->in, step.depth->out);
      continue;
    }
    dnnl::error::wrap_c_api(dnnl_primitive_execute(step.primitive.get(), state_->stream.get(),
                                                   static_cast<int>(step.list.size()), step.list.data()),
                            "could not execute a primitive");
  }
  state_->stream.wait();
}

std::span<float> DnnlGraph::values(Tensor tensor) const {
  return {static_cast<float*>(state_->slot(tensor).storage.get_data_handle()),
          state_->desc(tensor).get_size() / sizeof(float)};
}

std::vector<std::string> DnnlGraph::implementations() const {
  std::vector<std::string> names;
  for (const State::Step& step : state_->steps) names.push_back(step.implementation);
  return names;
}

Bytes DnnlGraph::memory_bytes() const noexcept {
  return state_->bytes;
}

}  // namespace vigia::detect
