#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "settings/layer.h"
#include "settings/spelling.h"

namespace vigia::settings {
namespace {

using Kind = YamlNode::Kind;

constexpr std::string_view kNoKeys = "holds no 'key: value' lines";

class FileReader {
 public:
  FileReader(std::string_view file, Problems& problems) : file_(file), problems_(problems) {}

  Layer read(const YamlNode& root) {
    if (root.kind != Kind::map) {
      problems_.error({at(root), "the file", kNoKeys, list_of_sections()});
      return {};
    }
    read_section(root, "");
    return std::move(layer_);
  }

 private:
  static std::string list_of_sections() { return fmt::format("{}", fmt::join(words_after(""), ", ")); }
  [[nodiscard]] std::string at(const YamlNode& node) const { return fmt::format("{}:{}", file_, node.line); }

  // The second of two equal keys is refused: which one was meant?
  bool is_new(const YamlNode& entry, std::string_view prefix, std::set<std::string>& seen) {
    if (seen.insert(entry.key).second) return true;
    problems_.error({at(entry), std::string(prefix) + shown(entry.key), "occurs twice; keep one"});
    return false;
  }

  void read_section(const YamlNode& section, const std::string& prefix) {
    std::set<std::string> seen;
    for (const YamlNode& entry : section.children) {
      if (!is_new(entry, prefix, seen)) continue;
      const std::string path = prefix + entry.key;
      if (path == "cameras") {
        read_cameras(entry);
      } else if (path == "defaults") {
        read_defaults(entry);
      } else if (entry.key.find('.') != std::string::npos) {
        read_dotted(entry, prefix);
      } else if (const ProgramKey* key = find_key(program_keys(), path)) {
        read_value(*key, entry, path, layer_.program);
      } else if (!words_after(path + ".").empty()) {
        read_inner_section(entry, path);
      } else {
        read_unknown(entry, prefix);
      }
    }
  }

  void read_inner_section(const YamlNode& entry, const std::string& path) {
    if (entry.kind == Kind::null) return;
    if (entry.kind == Kind::map) return read_section(entry, path + ".");
    problems_.error({at(entry), path, kNoKeys, fmt::format("{}", fmt::join(words_after(path + "."), ", "))});
  }

  // A dotted path, as flags use it. A file must use sections, so that no key can occur twice.
  void read_dotted(const YamlNode& entry, const std::string& prefix) {
    const std::string path = prefix + entry.key;
    if (find_key(program_keys(), path) == nullptr) return read_unknown(entry, prefix);
    const std::size_t dot = path.rfind('.');
    problems_.error({at(entry), path,
                     fmt::format("is a path, which is for flags; in a file it is {} below {}:",
                                 path.substr(dot + 1), path.substr(0, dot))});
  }

  void read_unknown(const YamlNode& entry, const std::string& prefix) {
    report_unknown(problems_, at(entry), prefix, entry.key, words_after(prefix));
    if (find_old_name(entry.key) == nullptr) return;
    // A section of the predecessor's file: report for each key what became of it.
    for (const YamlNode& child : entry.children) {
      if (find_old_name(child.key) == nullptr) continue;
      report_unknown(problems_, at(child), prefix + shown(entry.key) + ".", child.key, {});
    }
  }

  void read_defaults(const YamlNode& section) {
    if (section.kind == Kind::null) return;
    if (section.kind != Kind::map) {
      return problems_.error({at(section), "defaults", kNoKeys, "the keys of a camera"});
    }
    std::vector<std::string_view> known = words_after("defaults.");
    std::set<std::string> seen;
    for (const YamlNode& entry : section.children) {
      if (!is_new(entry, "defaults.", seen)) continue;
      if (const CameraKey* key = find_key(camera_keys(), entry.key)) {
        read_value(*key, entry, "defaults." + entry.key, layer_.defaults);
      } else {
        report_unknown(problems_, at(entry), "defaults.", entry.key, known);
      }
    }
  }

  void read_cameras(const YamlNode& list) {
    if (list.kind == Kind::null) return;
    if (list.kind != Kind::list) {
      return problems_.error(
          {at(list), "cameras", "is not a list", "- {name: gate, url: \"rtsp://HOST/PATH\"}"});
    }
    int count = 0;
    for (const YamlNode& node : list.children) {
      const std::string number = fmt::format("cameras[{}]", ++count);
      if (node.kind == Kind::map) {
        read_camera(node, number);
      } else {
        problems_.error({at(node), number, "is not a camera", "{name: gate, url: \"rtsp://HOST/PATH\"}"});
      }
    }
  }

  void read_camera(const YamlNode& node, const std::string& number) {
    CameraGiven camera;
    camera.where = at(node);
    for (const YamlNode& entry : node.children) {
      if (entry.key == "name" && entry.kind == Kind::text) camera.name = entry.text;
    }
    const std::string name = shown(camera.name);
    camera.prefix = name.empty() ? number + "." : fmt::format("cameras.{}.", name);
    const std::string& prefix = camera.prefix;
    std::set<std::string> seen;
    for (const YamlNode& entry : node.children) {
      if (!is_new(entry, prefix, seen)) continue;
      if (const CameraKey* key = find_camera_key(entry.key)) {
        read_value(*key, entry, prefix + entry.key, camera.values);
      } else {
        report_unknown(problems_, at(entry), prefix, entry.key, all_camera_words());
      }
    }
    if (!seen.contains("name")) {
      problems_.error({camera.where, number + ".name", "is missing", allowed_text(*find_camera_key("name"))});
    }
    layer_.cameras.push_back(std::move(camera));
  }

  static std::vector<std::string_view> all_camera_words() {
    std::vector<std::string_view> words = words_after("defaults.");
    for (const CameraKey& key : identity_keys()) words.push_back(key.name);
    return words;
  }

  template <class Owner>
  void read_value(const Key<Owner>& key, const YamlNode& entry, const std::string& path,
                  std::vector<Given<Owner>>& into) {
    RawValue value;
    const bool texts = std::all_of(entry.children.begin(), entry.children.end(),
                                   [](const YamlNode& item) { return item.kind == Kind::text; });
    if (entry.kind == Kind::text) {
      value = RawValue::text(entry.text);
    } else if (entry.kind == Kind::list && texts) {
      value.list = true;
      for (const YamlNode& item : entry.children) value.items.push_back(item.text);
    } else {
      const std::string_view what = entry.kind == Kind::null   ? "has no value"
                                    : entry.kind == Kind::list ? "is a list of other things than texts"
                                                               : "is not a section";
      return problems_.error({at(entry), path, what, allowed_text(key)});
    }
    into.push_back({&key, std::move(value), at(entry), path});
  }

  std::string_view file_;
  Problems& problems_;
  Layer layer_;
};

}  // namespace

Layer read_file_layer(const YamlNode& root, std::string_view file, Problems& problems) {
  return FileReader(file, problems).read(root);
}

}  // namespace vigia::settings
