// One bird, one paw, one fish: by the family of the animal in a made name.
import bird from "lucide:bird";
import fish from "lucide:fish";
import paw from "lucide:paw-print";

const BIRDS =
	/^(airon|tord|guf|civett|upup|nibbi|falc|poian|aquil|cicogn|gru|rondin|picchi|martin|merl|pettiross|allod|cuculo|codiross|ballerin|gheppi|pernic|gallo|garzett|germano|fringuell|cinci|usignol|heron|owl|hoopoe|kite|falcon|buzzard|eagle|stork|crane|swallow|woodpecker|kingfisher|blackbird|robin|lark|cuckoo|kestrel|partridge|egret|finch|tit|nightingale|thrush|wren)/i;
const FISH = /^(trot|temol|tinc|carp|salmerin|lucci|persic|barb|alborell|trout|grayling|tench|char|pike|perch|barbel)/i;

export const emblem = (nick: string): string => (BIRDS.test(nick) ? bird : FISH.test(nick) ? fish : paw);
