import type { Evidence } from "../diagnosis.js";
import { evidenceOf } from "./evidence.js";
import type { DiagnosedSubject } from "../subject.js";

interface Host {
  readonly name: string;
  /** The symbol that the host looks up in a plugin. */
  readonly entry: RegExp;
  /** The symbols that a plugin takes from the host; null where it gets everything by pointers. */
  readonly api: RegExp | null;
}

/** Programs that load libraries as plugins, by their documented entry points. */
const HOSTS: readonly Host[] = [
  // Some addons look up Node-API's functions themselves, and take nothing.
  { name: "Node.js", entry: /^(napi_register_module_v\d+|node_register_module_v\d+)$/, api: null },
  { name: "Python", entry: /^(PyInit_\w+|init\w+)$/, api: /^_?Py[A-Z_]/ },
  { name: "Ruby", entry: /^Init_\w+$/, api: /^rb_/ },
  { name: "PHP", entry: /^get_module$/, api: /^_?(zend_|php_|emalloc|efree)/ },
  { name: "Perl", entry: /^boot_\w+$/, api: /^(Perl_|PL_)/ },
  { name: "Lua", entry: /^luaopen_\w+$/, api: /^luaL?_/ },
  { name: "Java", entry: /^(JNI_OnLoad(_\w+)?|Java_\w+)$/, api: null },
  { name: "nginx", entry: /^ngx_modules$/, api: /^ngx_/ },
  { name: "Apache", entry: /^\w+_module$/, api: /^(ap_|apr_)/ },
  {
    name: "PostgreSQL",
    entry: /^(Pg_magic_func|_PG_init)$/,
    api: /^(palloc|errstart|ereport|pg_|Pg|CurrentMemoryContext)/,
  },
  { name: "R", entry: /^R_init_\w+$/, api: /^(Rf_|R_)/ },
  { name: "PAM", entry: /^pam_sm_\w+$/, api: null },
  { name: "SQLite", entry: /^sqlite3_\w*_?extension_init$/, api: null },
  { name: "GCC", entry: /^plugin_is_GPL_compatible$/, api: null },
  { name: "GStreamer", entry: /^gst_plugin_(\w+_)?(get_desc|desc)$/, api: null },
  { name: "QEMU", entry: /^qemu_plugin_install$/, api: null },
  { name: "OpenSSL", entry: /^(OSSL_provider_init|bind_engine)$/, api: null },
  { name: "Vulkan", entry: /^vk_icdGetInstanceProcAddr$/, api: null },
];

/** The older way of Node.js: a constructor registers the addon, which need not export anything. */
const REGISTRARS: readonly string[] = ["napi_module_register", "node_module_register"];

const evidence = /* @__PURE__ */ evidenceOf("linkage");

/**
 * What says that a host program loads this library and gives it symbols. A library that has the host's interface itself
 * is no plugin.
 */
export function pluginEvidence({ imports, findExport }: DiagnosedSubject): Evidence | undefined {
  const registrar = imports.find((i) => REGISTRARS.includes(i.name));
  if (registrar) return pluginEntry(`calls ${registrar.name}, which Node.js has`, registrar.at);

  const hosts = HOSTS.filter(({ api }) => api === null || imports.some((i) => api.test(i.name)));
  const hostOf = (name: string) => hosts.find((h) => h.entry.test(name));
  const entry = findExport((e) => hostOf(e.name) !== undefined);
  const host = entry && hostOf(entry.name);
  if (!entry || !host) return undefined;

  const { name, api } = host;
  const exported = `exports ${entry.name}, which ${name} looks for`;
  if (!api) return pluginEntry(exported, entry.at);

  const taken = imports.filter((i) => api.test(i.name)).length;
  return pluginEntry(`${exported}, and takes ${taken} symbols of ${name}'s own`, entry.at);
}

const pluginEntry = (text: string, offset: number): Evidence => evidence("plugin-entry", "plugin", text, offset);
