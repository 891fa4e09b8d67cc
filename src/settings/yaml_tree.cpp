#include "settings/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

#include "base/log.h"

namespace vigia::settings {
namespace {

// Added to every text as a comment. yaml-cpp accepts a quote that is still open at the end of the text; it
// then swallows this line into a value, which shows it.
constexpr std::string_view kEnd = "\n#(end of settings)\n";

// The way out of yaml-cpp's parser; caught in read_yaml().
struct Refused {
  int line;
  std::string what;
};

int line_of(const YAML::Mark& mark) {
  return mark.is_null() ? 1 : mark.line + 1;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add({YamlNode::Kind::null, line_of(mark), {}, {}, {}}, "?", anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_alias(line_of(mark)); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (value.find(kEnd.substr(1, kEnd.size() - 2)) != std::string::npos) {
      throw Refused{line_of(mark), "a quote is opened here and never closed"};
    }
    add({YamlNode::Kind::text, line_of(mark), {}, value, {}}, tag, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open({YamlNode::Kind::list, line_of(mark), {}, {}, {}}, tag, anchor);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open({YamlNode::Kind::map, line_of(mark), {}, {}, {}}, tag, anchor);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  // A list or map being filled. `node` stays in place: only its own children grow while it is open.
  struct Open {
    YamlNode* node;
    std::optional<std::pair<std::string, int>> key;  // of a map: read, its value not yet
  };

  [[noreturn]] static void refuse_alias(int line) {
    throw Refused{line,
                  "anchors and aliases (& and *) are not supported; put what cameras share in 'defaults'"};
  }

  YamlNode* add(YamlNode node, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) refuse_alias(node.line);
    if (!tag.empty() && tag != "?" && tag != "!") throw Refused{node.line, "tags (!) are not supported"};
    if (++count_ > kMostNodes) throw Refused{node.line, fmt::format("more than {} values", kMostNodes)};
    if (open_.empty()) {
      root_ = std::move(node);
      return &root_;
    }
    Open& parent = open_.back();
    if (parent.node->kind == YamlNode::Kind::map && !parent.key) {
      if (node.kind != YamlNode::Kind::text) throw Refused{node.line, "a key must be a word"};
      parent.key.emplace(std::move(node.text), node.line);
      return nullptr;
    }
    if (parent.key) {
      node.key = std::move(parent.key->first);
      node.line = parent.key->second;
      parent.key.reset();
    }
    parent.node->children.push_back(std::move(node));
    return &parent.node->children.back();
  }

  void open(YamlNode node, const std::string& tag, YAML::anchor_t anchor) {
    if (open_.size() >= kDeepest) {
      throw Refused{node.line, fmt::format("lists and sections lie deeper than {} levels", kDeepest)};
    }
    open_.push_back({add(std::move(node), tag, anchor), {}});
  }

  YamlNode root_;
  std::vector<Open> open_;
  std::size_t count_ = 0;
};

// Length of the UTF-8 character that `text` begins with; 0: not UTF-8.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool outside = (first == 0xED && byte(1) >= 0xA0) || (first == 0xF4 && byte(1) >= 0x90);
  return overlong || outside ? 0 : length;
}

// Checks the whole text before yaml-cpp sees it.
std::optional<Refused> check_text(std::string_view text) {
  int line = 1;
  bool indent = true;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return Refused{line, "is not UTF-8 text; save the file as UTF-8"};
    const bool blank = c == '\t' || c == '\n' || c == '\r';
    if ((static_cast<unsigned char>(c) < 0x20 && !blank) || c == 0x7F) {
      return Refused{line, "holds a control character; settings are plain UTF-8 text"};
    }
    if (c == '\t' && indent) return Refused{line, "begins with a tab; YAML is indented with spaces"};
    if (c == '\n') ++line;
    indent = c == '\n' || (indent && c == ' ');
    at += length;
  }
  return {};
}

Refused explain(const YAML::ParserException& e) {
  const int line = line_of(e.mark);
  if (e.msg.find("anchor") != std::string::npos) {
    return {line, "anchors and aliases (& and *) are not supported; put what cameras share in 'defaults'"};
  }
  return {line,
          fmt::format("is not YAML: {}; look at the indentation, colons, quotes and brackets here and above",
                      redact(e.msg))};
}

std::optional<Refused> parse_into(YamlNode& root, std::string_view text) {
  try {
    std::istringstream in{std::string(text).append(kEnd)};
    YAML::Parser parser(in);
    TreeBuilder builder;
    if (!parser.HandleNextDocument(builder)) return {};
    root = builder.take();
    TreeBuilder second;
    if (parser.HandleNextDocument(second)) {
      return Refused{second.take().line, "begins a second document; one file is one document"};
    }
    return {};
  } catch (Refused& refused) {
    return std::move(refused);
  } catch (const YAML::ParserException& e) {
    return explain(e);
  } catch (const std::exception&) {
    return Refused{1, "cannot be read as YAML"};
  }
}

}  // namespace

Result<YamlNode> read_yaml(std::string_view text, std::string_view name) {
  YamlNode root{YamlNode::Kind::map, 1, {}, {}, {}};
  std::optional<Refused> refused = check_text(text);
  if (!refused) refused = parse_into(root, text);
  if (refused) {
    // Something missing at the end is reported at kEnd, whose line does not exist in the file: name the last
    // line.
    const auto ends = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    const int last = std::max(1, text.ends_with('\n') ? ends : ends + 1);
    return Error{ErrorCode::invalid,
                 fmt::format("{}:{}: {}", name, std::min(refused->line, last), refused->what)};
  }
  if (root.kind == YamlNode::Kind::null) root.kind = YamlNode::Kind::map;
  return root;
}

}  // namespace vigia::settings
