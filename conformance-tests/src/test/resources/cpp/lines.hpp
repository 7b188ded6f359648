// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
// One message as one line of text: fields of the form name=type:value, separated by tabs. Values are percent-encoded, so
// that the separators never occur in them. See MessageLine.java for the grammar.
#pragma once

#include <cctype>
#include <cstdio>
#include <map>
#include <proton/message.hpp>
#include <proton/types.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace lines {

inline std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::string part;
    std::istringstream in(text);
    while (std::getline(in, part, separator)) {
        if (!part.empty()) parts.push_back(part);
    }
    return parts;
}

inline std::string quote(const std::string& text) {
    std::string out;
    for (unsigned char c : text) {
        if (std::isalnum(c) || c == '_' || c == '.' || c == '-') {
            out += static_cast<char>(c);
        } else {
            char hex[4];
            std::snprintf(hex, sizeof hex, "%%%02X", c);
            out += hex;
        }
    }
    return out;
}

inline std::string unquote(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); i++) {
        if (text[i] == '%') {
            out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

inline std::string to_hex(const proton::binary& bytes) {
    std::string out;
    char hex[3];
    for (auto b : bytes) {
        std::snprintf(hex, sizeof hex, "%02x", static_cast<unsigned char>(b));
        out += hex;
    }
    return out;
}

inline proton::binary from_hex(const std::string& hex) {
    proton::binary bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

inline std::string encode_scalar(const proton::scalar_base& s) {
    switch (s.type()) {
        case proton::NULL_TYPE:
            return "null:";
        case proton::BOOLEAN:
            return std::string("bool:") + (proton::get<bool>(static_cast<const proton::scalar&>(s)) ? "true" : "false");
        case proton::FLOAT:
        case proton::DOUBLE: {
            char text[40];
            std::snprintf(text, sizeof text, "double:%.17g", proton::coerce<double>(static_cast<const proton::scalar&>(s)));
            return text;
        }
        case proton::BINARY:
            return "binary:" + to_hex(proton::get<proton::binary>(static_cast<const proton::scalar&>(s)));
        case proton::SYMBOL:
            return "symbol:" + quote(proton::get<proton::symbol>(static_cast<const proton::scalar&>(s)));
        case proton::STRING:
            return "string:" + quote(proton::get<std::string>(static_cast<const proton::scalar&>(s)));
        case proton::UUID:
            return "string:" + quote(proton::to_string(static_cast<const proton::scalar&>(s)));
        default:
            return "int:" + std::to_string(proton::coerce<int64_t>(static_cast<const proton::scalar&>(s)));
    }
}

inline std::string encode_value(const proton::value& v) {
    if (v.empty()) return "null:";
    return encode_scalar(proton::get<proton::scalar>(v));
}

inline proton::scalar decode_scalar(const std::string& text) {
    auto at = text.find(':');
    std::string kind = text.substr(0, at);
    std::string value = text.substr(at + 1);
    if (kind == "null") return proton::scalar();
    if (kind == "bool") return value == "true";
    if (kind == "int") return static_cast<int32_t>(std::stol(value));
    if (kind == "long") return static_cast<int64_t>(std::stoll(value));
    if (kind == "byte") return static_cast<int8_t>(std::stoi(value));
    if (kind == "double") return std::stod(value);
    if (kind == "binary") return from_hex(value);
    if (kind == "symbol") return proton::symbol(unquote(value));
    if (kind == "string") return unquote(value);
    throw std::invalid_argument("unknown type in " + text);
}

inline std::string encode_body(const proton::message& m) {
    const proton::value& body = m.body();
    std::string out;
    if (body.type() == proton::MAP) {
        std::map<std::string, proton::value> map;
        proton::get(body, map);
        for (const auto& entry : map) out += (out.empty() ? "" : ",") + quote(entry.first) + "~" + encode_value(entry.second);
        return "map:" + out;
    }
    if (body.type() == proton::LIST) {
        std::vector<proton::value> list;
        proton::get(body, list);
        for (const auto& entry : list) out += (out.empty() ? "" : ",") + encode_value(entry);
        return "list:" + out;
    }
    if (body.type() == proton::BINARY && m.inferred()) return "data:" + to_hex(proton::get<proton::binary>(body));
    return encode_value(body);
}

inline std::string encode(const proton::message& m) {
    std::ostringstream out;
    out << "durable=bool:" << (m.durable() ? "true" : "false") << "\tpriority=int:" << int(m.priority());
    out << "\tcount=int:" << m.delivery_count();
    if (!m.id().empty()) out << "\tid=" << encode_scalar(m.id());
    if (!m.subject().empty()) out << "\tsubject=string:" << quote(m.subject());
    if (!m.reply_to().empty()) out << "\treply-to=string:" << quote(m.reply_to());
    if (!m.correlation_id().empty()) out << "\tcorrelation-id=" << encode_scalar(m.correlation_id());
    if (!m.group_id().empty()) out << "\tgroup-id=string:" << quote(m.group_id());
    std::map<std::string, proton::scalar> properties;
    if (!m.properties().empty()) proton::get(m.properties().value(), properties);
    for (const auto& p : properties) out << "\tp." << quote(p.first) << "=" << encode_scalar(p.second);
    std::map<proton::annotation_key, proton::value> annotations;
    if (!m.message_annotations().empty()) proton::get(m.message_annotations().value(), annotations);
    for (const auto& a : annotations) out << "\ta." << quote(proton::to_string(a.first)) << "=" << encode_value(a.second);
    out << "\tbody=" << encode_body(m);
    return out.str();
}

inline proton::message decode(const std::string& line) {
    proton::message m;
    for (const auto& field : split(line, '\t')) {
        auto at = field.find('=');
        std::string name = field.substr(0, at);
        std::string text = field.substr(at + 1);
        std::string kind = text.substr(0, text.find(':'));
        std::string value = text.substr(kind.size() + 1);
        if (name == "body") {
            m.inferred(kind == "data" || kind == "list");
            if (kind == "data") {
                m.body() = from_hex(value);
            } else if (kind == "map") {
                std::map<std::string, proton::value> map;
                for (const auto& pair : split(value, ',')) {
                    auto tilde = pair.find('~');
                    map[unquote(pair.substr(0, tilde))] = decode_scalar(pair.substr(tilde + 1));
                }
                m.body() = map;
            } else if (kind == "list") {
                std::vector<proton::value> list;
                for (const auto& entry : split(value, ',')) list.push_back(decode_scalar(entry));
                m.body() = list;
            } else {
                m.body() = decode_scalar(text);
            }
        } else if (name.rfind("p.", 0) == 0) {
            m.properties().put(unquote(name.substr(2)), decode_scalar(text));
        } else if (name.rfind("a.", 0) == 0) {
            m.message_annotations().put(proton::symbol(unquote(name.substr(2))), proton::value(decode_scalar(text)));
        } else if (name == "durable") {
            m.durable(value == "true");
        } else if (name == "priority") {
            m.priority(static_cast<uint8_t>(std::stoi(value)));
        } else if (name == "id") {
            m.id(unquote(value));
        } else if (name == "subject") {
            m.subject(unquote(value));
        } else if (name == "reply-to") {
            m.reply_to(unquote(value));
        } else if (name == "correlation-id") {
            m.correlation_id(unquote(value));
        } else if (name == "group-id") {
            m.group_id(unquote(value));
        }
    }
    return m;
}

}  // namespace lines
