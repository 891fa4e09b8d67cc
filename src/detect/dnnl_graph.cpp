#include "detect/dnnl_graph.h"

#include <algorithm>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>
#include <utility>

#include "detect/one_thread.h"

namespace vigia::detect {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;
using Dims = memory::dims;
constexpr auto kFloat = memory::data_type::f32;
constexpr auto kInference = dnnl::prop_kind::forward_inference;

// oneDNN chooses the layout.
memory::desc any(const Dims& dims, memory::data_type type) {
  return {dims, type, Tag::any};
}

// Made anew each time: copies of oneDNN's attributes are the same attributes. The scratchpad is ours, as
// oneDNN's own would belong to the thread that makes a layer.
dnnl::primitive_attr attributes(const dnnl::post_ops& post = {}) {
  dnnl::primitive_attr made;
  made.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  made.set_post_ops(post);
  return made;
}

}  // namespace

struct DnnlGraph::State {
  struct Step {
    dnnl::primitive primitive;
    std::string implementation;
    memory::desc scratchpad;
    std::vector<std::pair<int, Tensor>> tensors;
    std::unordered_map<int, memory> arguments;  // the constants; from finish() on, all
    std::vector<dnnl_exec_arg_t> list{};        // the same as oneDNN wants them, made once in finish()
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
      : type(precision == Precision::bf16 ? memory::data_type::bf16 : kFloat) {}

  const memory::data_type type;  // of weights and tensors
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

  Tensor reordered(Tensor from, const memory::desc& wanted) {
    const dnnl::reorder::primitive_desc chosen(engine, desc(from), engine, wanted, attributes());
    const Tensor to = take(wanted);
    add(dnnl::reorder(chosen), chosen, from, to);
    return to;
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
  memory constant(std::span<const float> numbers, const memory::desc& wanted) {
    return constant(numbers, {{static_cast<memory::dim>(numbers.size())}, kFloat, Tag::a}, wanted);
  }

  memory allocate(std::size_t size) {
    bytes += static_cast<Bytes>(size);
    return {{{static_cast<memory::dim>(size)}, memory::data_type::u8, Tag::a}, engine};
  }
};

bool DnnlGraph::cpu_has(Precision precision) noexcept {
  // Each bit is a set of instructions.
  constexpr auto kNeeded = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
  return precision == Precision::f32 ||
         (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & kNeeded) == kNeeded;
}

DnnlGraph::DnnlGraph(Precision precision) : state_(std::make_unique<State>(precision)) {}
DnnlGraph::DnnlGraph(DnnlGraph&&) noexcept = default;
DnnlGraph& DnnlGraph::operator=(DnnlGraph&&) noexcept = default;
DnnlGraph::~DnnlGraph() = default;

DnnlGraph::Tensor DnnlGraph::input(int channels, domain::Size size) {
  return state_->take({{1, channels, size.height, size.width}, kFloat, Tag::nchw});
}

DnnlGraph::Tensor DnnlGraph::convolution(Tensor from, const Convolution& layer) {
  constexpr int kDepth = DNNL_ARG_ATTR_POST_OP_DW;
  const OneThread one_thread;  // oneDNN cuts the work for as many threads as there are now
  const bool depth = !layer.depth_weights.empty();
  dnnl::post_ops post;
  const auto type = state_->type;
  const auto result = layer.floats ? kFloat : type;
  if (depth) post.append_dw(type, kFloat, result, 3, 1, 1, 0, {});
  if (layer.relu) post.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);

  const Dims in = state_->desc(from).dims();
  const Dims kernel{layer.out, layer.in, layer.kernel, layer.kernel};
  const memory::dim pad = layer.kernel / 2;
  const dnnl::convolution_forward::desc wanted(
      kInference, dnnl::algorithm::convolution_direct, state_->desc(from), any(kernel, type),
      any({layer.out}, kFloat),
      any({1, layer.out, in[2] / layer.stride, in[3] / layer.stride}, depth ? type : result),
      {layer.stride, layer.stride}, {pad, pad}, {pad, pad});
  const dnnl::convolution_forward::primitive_desc chosen(wanted, attributes(post), state_->engine);

  const Tensor to = state_->take(chosen.dst_desc());
  auto& arguments = state_->add(dnnl::convolution_forward(chosen), chosen, from, to).arguments;
  arguments[DNNL_ARG_WEIGHTS] =
      state_->constant(layer.weights, {kernel, kFloat, Tag::oihw}, chosen.weights_desc());
  arguments[DNNL_ARG_BIAS] = state_->constant(layer.bias, chosen.bias_desc());
  if (!depth) return to;
  arguments[kDepth | DNNL_ARG_WEIGHTS] =
      state_->constant(layer.depth_weights, {{layer.out, 1, 1, 3, 3}, kFloat, Tag::goihw},
                       chosen.query_md(dnnl::query::exec_arg_md, kDepth | DNNL_ARG_WEIGHTS));
  arguments[kDepth | DNNL_ARG_BIAS] = state_->constant(layer.depth_bias, {{layer.out}, kFloat, Tag::a});
  return to;
}

DnnlGraph::Tensor DnnlGraph::in_precision(Tensor from) {
  const OneThread one_thread;
  const memory::desc now = state_->desc(from);
  return now.data_type() == state_->type ? from
                                         : state_->reordered(from, {now.dims(), state_->type, Tag::nchw});
}

DnnlGraph::Tensor DnnlGraph::pooled(Tensor from) {
  const OneThread one_thread;
  const Dims in = state_->desc(from).dims();
  const dnnl::pooling_forward::desc wanted(kInference, dnnl::algorithm::pooling_max, state_->desc(from),
                                           any({1, in[1], in[2] / 2, in[3] / 2}, state_->type), {2, 2},
                                           {2, 2}, {0, 0}, {0, 0});
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

DnnlGraph::Tensor DnnlGraph::channels_last(Tensor from) {
  const OneThread one_thread;
  const memory::desc now = state_->desc(from);
  const memory::desc wanted(now.dims(), kFloat, Tag::nhwc);
  // 16 channels are one block of AVX-512, so there the bytes lie as they should.
  if (now == wanted || (now.dims()[1] == 16 && now == memory::desc(now.dims(), kFloat, Tag::nChw16c)))
    return from;
  return state_->reordered(from, wanted);
}

void DnnlGraph::give_back(Tensor tensor) {
  state_->slot(tensor).busy = false;
}

void DnnlGraph::finish() {
  State& state = *state_;
  for (State::Slot& slot : state.slots) slot.storage = state.allocate(slot.bytes);
  std::size_t most = 1;
  for (const State::Step& step : state.steps) most = std::max(most, step.scratchpad.get_size());
  state.scratchpad = state.allocate(most);
  for (State::Step& step : state.steps) {
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
