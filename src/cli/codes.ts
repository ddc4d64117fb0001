/** Codes of the command line, and the internal error. */
import { defineCodes } from "../support/diagnostic.js";

export const codes = defineCodes("CFG", {
  unknownCommand: {
    number: 1,
    message: "there is no command `{command}`",
    explain: "`relaxc --help` lists the commands.",
  },
  unknownFlag: {
    number: 2,
    message: "there is no flag `{flag}` here",
    explain:
      "`relaxc COMMAND --help` lists the flags of a command. A file whose name starts with a dash is written `./-name`.",
  },
  flagNeedsValue: {
    number: 3,
    message: "the flag `{flag}` needs a value: {what}",
    explain:
      "The value follows the flag as the next word, or after an equals sign: `--dialect native`.",
  },
  flagTakesNoValue: {
    number: 4,
    message: "the flag `{flag}` takes no value, but got `{value}`",
    explain: "The flag is on when it is given and off when it is not.",
  },
  flagChoice: {
    number: 5,
    message: "the flag `{flag}` takes one of {choices}, but got `{value}`",
    explain: "The flag has a fixed set of values.",
  },
  flagInteger: {
    number: 6,
    message: "the flag `{flag}` takes a whole number, but got `{value}`",
    explain: "Only digits are read, with a minus sign before them where that makes sense.",
  },
  missingArgument: {
    number: 7,
    message: "`{command}` needs {argument}",
    explain: "The arguments of a command stand in the first line of its help.",
  },
  extraArgument: {
    number: 8,
    message: "`{command}` takes no further argument, but got `{argument}`",
    explain: "The arguments of a command stand in the first line of its help.",
  },
  cannotAccess: {
    number: 9,
    message: "{path}: {reason}",
    explain: "The file system refused to read or write; the message says why.",
  },
  noFiles: {
    number: 10,
    message: "no `{suffix}` file in `{path}`",
    explain:
      "A folder stands for all files with the right ending in it and in the folders below it.",
  },
  severalFiles: {
    number: 22,
    message: "`{path}` is a folder with {count} programs, and the command takes one",
    hint: "name a file, e.g. {first}",
  },
  unknownTopic: {
    number: 11,
    message: "nothing is named `{topic}`",
    hint: "`relaxc list codes` and its like show what can be explained",
    explain:
      "`relaxc explain` knows diagnostic codes (by number or name), passes, ops and commands.",
  },
  badDefine: {
    number: 13,
    message: "`-D` takes NAME=VALUE, but got `{word}`",
    hint: "write -D N=512",
    explain: "The name is a constant at file level; the value is a number, True, False or a text.",
  },
  noFunction: {
    number: 14,
    message: "there is no function `{name}` in `{path}`",
    explain: "The message lists the functions of the module.",
  },
  noProgram: {
    number: 16,
    message: "there is no program `{name}` in `{path}`",
    explain: "The message lists the decorated modules and functions of the file.",
  },
  unknownRegistry: {
    number: 12,
    message: "there is no list of `{name}`; there are {known}",
    explain: "`relaxc list` shows what the compiler knows by name.",
  },
  flagConflict: {
    number: 17,
    message: "{flag} and {other} cannot be given together",
    explain: "Both say the same thing in another way; leave one of them out.",
  },
  flagLeast: {
    number: 18,
    message: "the flag `{flag}` takes a number of at least {least}, but got `{value}`",
    explain: "Smaller numbers have no meaning there: a time of zero, say, or no threads at all.",
  },
  flagTarget: {
    number: 21,
    message: "`{flag}` is for {targets}, but the target is `{target}`",
    hint: "leave it out, or name the target with `--target`",
    explain: "The flag would change nothing; what is asked for and not done would be missed late.",
  },
  launchNumbers: {
    number: 19,
    message: "numbers at the launch of `{name}`: {count} wanted{names}, {given} given",
    hint: "`relaxc cgra dis` shows the numbers of an image",
    explain:
      "An image leaves sizes and addresses open; each launch gives all of them, in the order of the image.",
  },
  launchNumber: {
    number: 20,
    message: "`{livein}` takes a whole number of 32 bits, but got `{word}`",
    explain: "Numbers given at launch are held in registers of 32 bits with a sign.",
  },
});

/** The compiler's own mistakes. */
export const internalCodes = defineCodes("INT", {
  internal: {
    number: 1,
    message: "{reason} (this is a bug in relaxc)",
    hint: "please report it with the input and the command; --backtrace shows where it happened",
    explain:
      "Something happened that the program's author ruled out. Your input may be wrong too, but then it deserved a better message.",
  },
});
