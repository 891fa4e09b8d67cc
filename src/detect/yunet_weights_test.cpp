#include "detect/yunet_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "base/bytes.h"
#include "detect/onnx_graph.h"
#include "detect/test_support.h"
#include "testing/temp_dir.h"

namespace vigia::detect {
namespace {

onnx::ModelProto published(const char* name) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(read_all(model_file(name))));
  return model;
}

onnx::TensorProto& constant(onnx::ModelProto& model, const std::string& name) {
  for (auto& tensor : *model.mutable_graph()->mutable_initializer()) {
    if (tensor.name() == name) return tensor;
  }
  ADD_FAILURE() << "no constant " << name;
  return *model.mutable_graph()->mutable_initializer(0);
}

onnx::NodeProto& first_node(onnx::ModelProto& model, const std::string& op) {
  for (auto& node : *model.mutable_graph()->mutable_node()) {
    if (node.op_type() == op) return node;
  }
  ADD_FAILURE() << "no node " << op;
  return *model.mutable_graph()->mutable_node(0);
}

void set_float(onnx::TensorProto& tensor, std::size_t index, float value) {
  std::memcpy(tensor.mutable_raw_data()->data() + index * sizeof value, &value, sizeof value);
}

void expect_one_line(const std::string& text) {
  EXPECT_FALSE(text.empty());
  EXPECT_LT(text.size(), 400U) << text;
  EXPECT_TRUE(std::ranges::all_of(text, [](unsigned char c) { return c >= 0x20 && c <= 0x7e; })) << text;
}

const std::string kPoint = "backbone.model3.conv1.conv1.weight";

TEST(ReadYunet, TellsTheTwoPublishedNetworksApart) {
  NEED_DATA();
  const auto s = read_yunet(model_file("face_detection_yunet_2023mar.onnx"));
  const auto n = read_yunet(model_file("yunet_n_640_640.onnx"));
  ASSERT_TRUE(s) << s.error().text;
  ASSERT_TRUE(n) << n.error().text;
  EXPECT_EQ(s->name(), "yunet_s");
  EXPECT_EQ(n->name(), "yunet_n");
  EXPECT_TRUE(s->shared[0].point.empty());
  EXPECT_EQ(n->shared[2].point.size(), 64U * 64U);
  EXPECT_EQ(s->backbone[2].out, 32);
  EXPECT_EQ(n->backbone[2].out, 64);
  EXPECT_EQ(n->heads[0].point.size(), 64U * 16U);
  EXPECT_EQ(n->heads[0].depth.size(), 9U * 16U);
}

TEST(ReadYunet, TakesNumbersStoredOneByOne) {
  NEED_DATA();
  onnx::ModelProto model = published(kPublishedModels[1]);
  onnx::TensorProto& tensor = constant(model, kPoint);
  const auto* numbers = reinterpret_cast<const float*>(tensor.raw_data().data());
  tensor.mutable_float_data()->Add(numbers, numbers + tensor.raw_data().size() / sizeof(float));
  tensor.clear_raw_data();
  const auto read = parse_yunet(model.SerializeAsString());
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->backbone[5].point,
            parse_yunet(read_all(model_file(kPublishedModels[1])))->backbone[5].point);
}

// The built-in one's file, and the published ones where they are.
std::vector<std::string> models_here() {
  std::vector<std::string> contents{read_all(VIGIA_MODEL_FILE)};
  for (const char* name : kPublishedModels) {
    if (!data_folder().empty()) contents.push_back(read_all(model_file(name)));
  }
  return contents;
}

struct Damage {
  const char* name;
  std::function<void(onnx::ModelProto&)> inflict;
  const char* reason;  // part of what is said
};

TEST(ReadYunet, RefusesAModelThatIsNotWhatItShouldBe) {
  NEED_DATA();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<Damage> damages{
      {"no graph", [](auto& m) { m.clear_graph(); }, "no network"},
      {"a constant is missing", [](auto& m) { constant(m, kPoint).set_name("x"); }, "is missing"},
      {"wrong shape", [](auto& m) { constant(m, kPoint).set_dims(0, 32); }, "shape is not 64x64x1x1"},
      {"too few dimensions", [](auto& m) { constant(m, kPoint).mutable_dims()->RemoveLast(); }, "shape"},
      {"absurd shape", [](auto& m) { constant(m, kPoint).set_dims(1, std::int64_t{1} << 62); }, "shape"},
      {"negative shape", [](auto& m) { constant(m, kPoint).set_dims(1, -64); }, "shape"},
      {"a weight is not a number", [&](auto& m) { set_float(constant(m, kPoint), 17, nan); }, "not finite"},
      {"a weight is infinite",
       [](auto& m) { set_float(constant(m, kPoint), 0, std::numeric_limits<float>::infinity()); },
       "not finite"},
      {"other numbers", [](auto& m) { constant(m, kPoint).set_data_type(onnx::TensorProto::DOUBLE); },
       "not of 32-bit floats"},
      {"numbers cut off", [](auto& m) { constant(m, kPoint).mutable_raw_data()->resize(100); },
       "4096 numbers"},
      {"no numbers", [](auto& m) { constant(m, kPoint).clear_raw_data(); }, "4096 numbers"},
      {"numbers elsewhere",
       [](auto& m) { constant(m, kPoint).set_data_location(onnx::TensorProto::EXTERNAL); }, "another file"},
      {"numbers elsewhere, named",
       [](auto& m) {
         auto& entry = *constant(m, kPoint).add_external_data();
         entry.set_key("location");
         entry.set_value("/etc/passwd");
       },
       "another file"},
      {"a segment", [](auto& m) { constant(m, kPoint).mutable_segment()->set_begin(1); }, "segment"},
      {"a name twice", [](auto& m) { *m.mutable_graph()->add_initializer() = constant(m, kPoint); },
       "two things"},
      {"an output made twice", [](auto& m) { *m.mutable_graph()->add_node() = first_node(m, "Conv"); },
       "two things"},
      {"another operation", [](auto& m) { first_node(m, "Relu").set_op_type("Sigmoid"); }, "not by Relu"},
      {"another stride", [](auto& m) { first_node(m, "MaxPool").mutable_attribute()->Clear(); },
       "another kernel_shape"},
      {"another pooling",
       [](auto& m) {
         for (auto& attribute : *first_node(m, "MaxPool").mutable_attribute()) {
           if (attribute.name() == "strides") attribute.set_ints(0, 1);
         }
       },
       "another strides"},
      {"padding by rule",
       [](auto& m) {
         auto& attribute = *first_node(m, "Conv").add_attribute();
         attribute.set_name("auto_pad");
         attribute.set_s("SAME_UPPER");
       },
       "another auto_pad"},
      {"no bias", [](auto& m) { first_node(m, "Conv").mutable_input()->RemoveLast(); }, "has no input 2"},
      {"no inputs", [](auto& m) { first_node(m, "Add").clear_input(); }, "has no input"},
      {"a circle", [](auto& m) { first_node(m, "Relu").set_input(0, first_node(m, "Relu").output(0)); },
       "not by Conv"},
      {"another enlarging",
       [](auto& m) {
         for (auto& attribute : *first_node(m, "Resize").mutable_attribute()) {
           if (attribute.name() == "mode") attribute.set_s("linear");
         }
       },
       "another mode"},
      {"another output", [](auto& m) { first_node(m, "Sigmoid").set_output(0, "scores"); }, "'cls_8'"},
      {"no outputs at all",
       [](auto& m) {
         for (auto& node : *m.mutable_graph()->mutable_node()) node.clear_output();
       },
       "nothing in it makes"},
      {"a grey input",
       [](auto& m) {
         m.mutable_graph()
             ->mutable_input(0)
             ->mutable_type()
             ->mutable_tensor_type()
             ->mutable_shape()
             ->mutable_dim(1)
             ->set_dim_value(1);
       },
       "not of 3 channels"},
      {"no input", [](auto& m) { m.mutable_graph()->clear_input(); }, "is not its input"},
      {"a name that breaks lines",
       [](auto& m) { first_node(m, "Sigmoid").set_input(0, std::string(5000, '\n') + "\x1b[2J"); },
       "nothing in it"},
      {"too many nodes",
       [](auto& m) {
         for (int i = 0; i < 1000; ++i) m.mutable_graph()->add_node()->set_op_type("Identity");
       },
       "more than any YuNet"},
  };
  for (const char* name : kPublishedModels) {
    for (const Damage& damage : damages) {
      SCOPED_TRACE(std::string(name) + ": " + damage.name);
      onnx::ModelProto model = published(name);
      damage.inflict(model);
      const auto read = parse_yunet(model.SerializeAsString());
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().code, ErrorCode::invalid);
      EXPECT_THAT(read.error().text, ::testing::HasSubstr(damage.reason));
      expect_one_line(read.error().text);
    }
  }
}

TEST(ReadYunet, RefusesWhatIsNoModel) {
  onnx::ModelProto deep;  // graphs within graphs
  onnx::GraphProto* graph = deep.mutable_graph();
  for (int i = 0; i < 60; ++i) graph = graph->add_node()->add_attribute()->mutable_g();
  for (const std::string& content :
       {std::string(), std::string("hello"), std::string(1000, '\0'), std::string(1000, '\xff'),
        std::string("GIF89a"), std::string("<html>404</html>\n"), deep.SerializeAsString(),
        std::string(static_cast<std::size_t>(kModelBytesMax) + 1, 'x')}) {
    const auto read = parse_yunet(content);
    ASSERT_FALSE(read);
    expect_one_line(read.error().text);
  }
}

TEST(ReadYunet, RefusesEveryTruncation) {
  for (const std::string& content : models_here()) {
    for (std::size_t length = 0; length < content.size(); length += length < 300 ? 1 : 1499) {
      const auto read = parse_yunet(std::string_view(content).substr(0, length));
      ASSERT_FALSE(read) << length;
      expect_one_line(read.error().text);
    }
  }
}

// A flipped byte in a weight cannot be detected; anywhere else it is refused, and it never does harm.
TEST(ReadYunet, SurvivesFlippedBytes) {
  const std::vector<std::string> contents = models_here();
  std::mt19937 random(3);
  int refused = 0;
  for (int i = 0; i < 600; ++i) {
    std::string content = contents[static_cast<std::size_t>(i) % contents.size()];
    // Half of them at the end, where names, nodes and attributes are dense.
    const std::size_t range = i % 4 < 2 ? content.size() : 24000;
    for (int flips = 1 + i % 8; flips > 0; --flips) {
      content[content.size() - 1 - random() % range] ^= static_cast<char>(1 + random() % 255);
    }
    const auto read = parse_yunet(content);
    if (read) {
      for (const ConvPair& pair : read->backbone) {
        ASSERT_TRUE(std::ranges::all_of(pair.point, [](float weight) { return std::isfinite(weight); }));
      }
      continue;
    }
    ++refused;
    expect_one_line(read.error().text);
  }
  EXPECT_GT(refused, 100);
  EXPECT_LT(refused, 600);
}

TEST(ReadYunet, NamesTheFileAndHowToFixIt) {
  const testing::TempDir folder;
  const auto missing = read_yunet(folder / "none.onnx");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_THAT(missing.error().text, ::testing::HasSubstr("none.onnx"));
  const std::string file = folder / "bad.onnx";
  std::ofstream(file) << "no model";
  const auto bad = read_yunet(file);
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().text, ::testing::HasSubstr(file));
  EXPECT_THAT(bad.error().text, ::testing::HasSubstr("'vigia model'"));
  EXPECT_FALSE(read_yunet(folder.path()));
}

}  // namespace
}  // namespace vigia::detect
