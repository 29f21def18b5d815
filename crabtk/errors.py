"""Every error that crabtk raises on purpose; each message says what to do.

CrabtkError
├── SettingsError            a settings file: names the key, the file, the known choices
├── PluginError              a plugin: names the distribution, its version, the remedy
│   ├── PluginLoadError      failed to import, or a hook is misspelt
│   ├── DuplicateNameError   two plugins register one name
│   └── UnknownNameError     nothing is registered under a name
├── SeedReadError            a source as a whole cannot be read (single rows go to the ledger)
├── EmptyStageError          a stage kept no row: names the setting to relax
├── MissingInputError        a stage was asked for before what it reads was made
├── BackendError             an inference engine failed or is not installed
├── TrainingError            a trainer failed or would learn nothing
├── BenchmarkError           a benchmark failed to list or grade its items
├── VerificationError        an instruction id is unknown, or its keyword arguments are unfit
└── StoreError               a stored result is damaged or was made by something else
"""


class CrabtkError(Exception):
    """Base of all errors that a user of crabtk can act on."""


class SettingsError(CrabtkError):
    """The settings are wrong; the message names key, file and known choices."""


class PluginError(CrabtkError):
    """A plugin is broken or missing."""


class PluginLoadError(PluginError):
    """A plugin failed to import, or implements a hook that does not exist."""


class DuplicateNameError(PluginError):
    """Two plugins registered one name of one kind."""


class UnknownNameError(PluginError):
    """No plugin registers the name; the message lists those that are known."""


class SeedReadError(CrabtkError):
    """A source as a whole cannot be read."""


class EmptyStageError(CrabtkError):
    """A stage kept no row."""


class MissingInputError(CrabtkError):
    """A stage was asked for before the stages that it reads."""


class BackendError(CrabtkError):
    """An inference engine failed or is not installed."""


class TrainingError(CrabtkError):
    """A trainer failed, or the data would teach nothing."""


class BenchmarkError(CrabtkError):
    """A benchmark failed to list or grade its items."""


class VerificationError(CrabtkError):
    """An instruction's id is unknown, or its keyword arguments are missing or unfit."""


class StoreError(CrabtkError):
    """A stored result is damaged."""
