#include "discover/xml.h"

#include <algorithm>

#include "base/text.h"

namespace vigia::discover {
namespace {

std::string_view without_prefix(std::string_view name) {
  return name.substr(name.rfind(':') + 1);  // npos + 1 is 0
}

Error wrong(std::string what) {
  return {ErrorCode::invalid, std::move(what)};
}

}  // namespace

Result<Document> Document::parse(std::string_view text) {
  if (static_cast<Bytes>(text.size()) > kLargestXml) return wrong("the answer is too large");
  if (static_cast<std::size_t>(std::ranges::count(text, '<')) > kMostElements) {
    return wrong("the answer has too many elements");
  }
  // SOAP forbids it. pugixml expands no entities of a document, and skips this; a device that sends one is
  // not one that we should believe.
  if (text.find("<!DOCTYPE") != std::string_view::npos) return wrong("the answer holds a document type");
  Document document;
  constexpr unsigned kHow = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol;
  const pugi::xml_parse_result done = document.tree_->load_buffer(text.data(), text.size(), kHow);
  if (!done) return wrong("the answer is no XML");
  if (!document.root()) return wrong("the answer is empty");
  return document;
}

std::string_view local_name(const pugi::xml_node& node) {
  return without_prefix(node.name());
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
  for (const pugi::xml_node& node : parent.children()) {
    if (local_name(node) == name) return node;
  }
  return {};
}

pugi::xml_node descend(pugi::xml_node from, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) from = child(from, name);
  return from;
}

std::vector<pugi::xml_node> children(const pugi::xml_node& parent, std::string_view name,
                                     std::size_t at_most) {
  std::vector<pugi::xml_node> found;
  for (const pugi::xml_node& node : parent.children()) {
    if (found.size() == at_most) break;
    if (local_name(node) == name) found.push_back(node);
  }
  return found;
}

std::string text_of(const pugi::xml_node& node) {
  return std::string(trim(node.text().get()));
}

std::string attribute(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_attribute& one : node.attributes()) {
    if (without_prefix(one.name()) == name) return std::string(trim(one.value()));
  }
  return {};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
  }
  return out;
}

}  // namespace vigia::discover
